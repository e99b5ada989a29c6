// Builds dist/agrafe.js, one ES module without dependencies, and its declarations. Only
// the module is kept with the source: pages embed it. With --check nothing is written,
// and it fails when the module is stale.

import { build } from "esbuild";
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const root = fileURLToPath(new URL("..", import.meta.url));
const dist = join(root, "dist");

async function script() {
  const out = await build({
    absWorkingDir: root,
    entryPoints: ["src/index.ts"],
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    legalComments: "none",
    write: false,
  });
  return out.outputFiles[0].text;
}

/** declare writes the declarations of every module; those of index.ts name the others. */
function declare() {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const options = ["--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--stripInternal", "--rootDir", "src", "--outDir", "dist"];
  execFileSync(process.execPath, [tsc, "-p", "tsconfig.build.json", ...options], { cwd: root, stdio: "inherit" });
}

const js = await script();
const output = join(dist, "agrafe.js");

if (!process.argv.includes("--check")) {
  rmSync(dist, { recursive: true, force: true });
  declare();
  writeFileSync(output, js);
  console.log(`dist/agrafe.js: ${js.length} bytes, ${gzipSync(js, { level: 9 }).length} gzipped`);
} else if (!existsSync(output) || readFileSync(output, "utf8") !== js) {
  console.error("dist/agrafe.js is stale: run `npm run build`");
  process.exit(1);
}
