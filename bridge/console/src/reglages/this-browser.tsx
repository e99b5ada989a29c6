// What is of this browser alone: language, theme, keys.

import { t, type Lang } from "../i18n";
import { prefer, preferences, type Theme } from "../preferences";
import { useStore } from "../store";
import { Card, Checkbox, Radios } from "../ui";

export function ThisBrowser() {
  const p = useStore(preferences);
  return (
    <Card title={t("reglages.affichage")}>
      <div class="stack">
        <Radios
          legend={t("reglages.langue")}
          inline
          value={p.lang}
          choices={[{ value: "fr", label: "Français" }, { value: "en", label: "English" }]}
          onChange={(v) => prefer({ lang: v as Lang })}
        />
        <Radios
          legend={t("reglages.theme")}
          inline
          value={p.theme}
          choices={(["auto", "light", "dark"] as const).map((v) => ({ value: v, label: t(`reglages.theme.${v}`) }))}
          onChange={(v) => prefer({ theme: v as Theme })}
        />
        <Checkbox label={t("reglages.lettres")} hint={t("reglages.lettres.aide")} checked={p.letters} onChange={(letters) => prefer({ letters })} />
      </div>
    </Card>
  );
}
