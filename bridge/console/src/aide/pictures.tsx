// The pictures of the guide: drawings with the words of the language that asks for them.

import type { ComponentChildren } from "preact";

interface FrameProps {
  readonly label: string;
  readonly width: number;
  readonly height: number;
  readonly children: ComponentChildren;
}

const Frame = ({ label, width, height, children }: FrameProps) => (
  <figure class="picture">
    <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>{children}</svg>
    <figcaption class="hint">{label}</figcaption>
  </figure>
);

/** Text breaks its words over lines, which SVG does not. */
const Text = ({ x, y, lines, strong }: { x: number; y: number; lines: string; strong?: boolean }) => (
  <text x={x} y={y} class={strong === true ? "strong" : undefined}>
    {lines.split("|").map((line, i) => <tspan key={i} x={x} dy={i === 0 ? 0 : 15}>{line}</tspan>)}
  </text>
);

const Arrow = ({ x, y, length = 26 }: { x: number; y: number; length?: number }) => (
  <path class="arrow" d={`M${x} ${y}h${length}m-6 -5l6 5l-6 5`} />
);

/** ThreeSteps is work in three steps; a line of each may be broken with |. */
export function ThreeSteps({ label, steps }: { label: string; steps: readonly [string, string, string] }) {
  return (
    <Frame label={label} width={640} height={110}>
      {steps.map((step, i) => (
        <g key={step}>
          <rect x={4 + i * 216} y={8} width={180} height={92} rx={10} class="box" />
          <circle cx={94 + i * 216} cy={36} r={15} class="mark" />
          <text x={94 + i * 216} y={41} class="mark-text">{i + 1}</text>
          <Text x={94 + i * 216} y={70} lines={step} />
          {i < 2 && <Arrow x={190 + i * 216} y={54} />}
        </g>
      ))}
    </Frame>
  );
}

/** Reader is a card going into a reader, chip first. */
export function ReaderPicture({ label, cps, vitale }: { label: string; cps: string; vitale: string }) {
  return (
    <Frame label={label} width={640} height={170}>
      {[{ x: 120, name: cps }, { x: 400, name: vitale }].map(({ x, name }) => (
        <g key={name}>
          <rect x={x} y={12} width={120} height={78} rx={8} class="card-shape" />
          <rect x={x + 48} y={58} width={24} height={20} rx={3} class="chip" />
          <Text x={x + 60} y={38} lines={name} strong />
          <path class="arrow" d={`M${x + 60} 94v14m-5 -6l5 6l5 -6`} />
          <rect x={x - 20} y={114} width={160} height={44} rx={8} class="box" />
          <path class="slot-line" d={`M${x + 4} 122h112`} />
        </g>
      ))}
    </Frame>
  );
}

/** Bundle is what goes in the envelope, in the order in which it is stapled. */
export function Bundle({ label, bordereau, sheet, envelope, mention }: { label: string; bordereau: string; sheet: string; envelope: string; mention: string }) {
  return (
    <Frame label={label} width={640} height={170}>
      {[2, 1, 0].map((i) => (
        <g key={i}>
          <rect x={40 + i * 26} y={14 + i * 14} width={120} height={126} rx={4} class="sheet" />
          {i > 0 && <path class="writing" d={`M${130 + i * 26} ${34 + i * 14}h20M${130 + i * 26} ${46 + i * 14}h20`} />}
        </g>
      ))}
      <Text x={100} y={66} lines={bordereau} strong />
      <Text x={100} y={112} lines={sheet} />
      <Arrow x={262} y={84} length={50} />
      <rect x={350} y={24} width={240} height={120} rx={6} class="sheet" />
      <path class="writing" d="M350 28l120 62l120 -62" />
      <rect x={364} y={104} width={104} height={28} rx={3} class="stamp" />
      <text x={416} y={123} class="strong">{mention}</text>
      <Text x={530} y={122} lines={envelope} />
    </Frame>
  );
}

/** Life is the way of an FSE, from the draft to the payment; below, what may happen aside. */
export function Life({ label, states, aside }: { label: string; states: readonly string[]; aside: string }) {
  const step = 640 / states.length;
  return (
    <Frame label={label} width={640} height={110}>
      {states.map((state, i) => (
        <g key={state}>
          <rect x={i * step + 3} y={14} width={step - 20} height={34} rx={17} class={i === states.length - 1 ? "box good" : "box"} />
          <Text x={i * step + (step - 14) / 2} y={35} lines={state} />
          {i < states.length - 1 && <Arrow x={(i + 1) * step - 16} y={31} length={16} />}
        </g>
      ))}
      <path class="arrow" d={`M${3.5 * step} 52v14m-5 -6l5 6l5 -6`} />
      <Text x={3.5 * step} y={86} lines={aside} />
    </Frame>
  );
}

/** Destination is the strip that tells where an FSE goes. */
export function Destination({ label, from, to, code }: { label: string; from: string; to: string; code: string }) {
  return (
    <Frame label={label} width={640} height={96}>
      <rect x={40} y={20} width={210} height={56} rx={8} class="box" />
      <Text x={145} y={52} lines={from} />
      <Arrow x={268} y={48} length={60} />
      <rect x={350} y={12} width={250} height={72} rx={8} class="box now" />
      <Text x={475} y={40} lines={to} />
      <text x={475} y={66} class="strong big">{code}</text>
    </Frame>
  );
}
