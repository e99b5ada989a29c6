// Icons, drawn on a grid of 20 with one line width. They only repeat what a text says.

const paths = {
  day: "M4 5.5h12v11H4zM4 8.5h12M7 3.5v3M13 3.5v3",
  invoice: "M5 3h7l3 3v11H5zM12 3v3h3M7.5 9.5h5M7.5 12.5h5",
  list: "M4 6h.01M7 6h9M4 10h.01M7 10h9M4 14h.01M7 14h9",
  lot: "M3.5 7 10 3.5 16.5 7 10 10.5zM3.5 10.2 10 13.7l6.5-3.5M3.5 13.4l6.5 3.5 6.5-3.5",
  paper: "M6 7V3h8v4M6 14H3.5V7h13v7H14M6 11.5h8V17H6z",
  reject: "M10 3.5 17 16H3zM10 8v4M10 14h.01",
  takings: "M4 16.5v-5M8 16.5v-9M12 16.5v-7M16 16.5v-12",
  settings: "M4 6h7M15 6h1M4 14h1M9 14h7M13 4v4M7 12v4",
  help: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM7.9 8a2.1 2.1 0 1 1 3 1.9c-.6.3-.9.7-.9 1.4M10 13.8h.01",
  plus: "M10 4v12M4 10h12",
  search: "M9 14.5a5.5 5.5 0 1 0 0-11 5.5 5.5 0 0 0 0 11zM13 13l4 4",
  check: "M4 10.5 8 14.5 16 6",
  cross: "M5 5l10 10M15 5 5 15",
  left: "M12 4.5 6.5 10l5.5 5.5",
  right: "M8 4.5 13.5 10 8 15.5",
  down: "M4.5 8 10 13.5 15.5 8",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  card: "M2.5 5h15v10h-15zM2.5 8h15M5 12h3",
  reader: "M4 3.5h12v13H4zM7 3.5v4h6v-4M7 13.5h6",
  person: "M10 9.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM4 16.5c.6-3 2.9-4.5 6-4.5s5.4 1.5 6 4.5",
  warning: "M10 3.5 17 16H3zM10 8v4M10 14h.01",
  info: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 9.5v4M10 6.6h.01",
  clock: "M10 17a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM10 6v4.2l2.8 1.8",
  pen: "M4 16l.8-3.4L13.5 4l2.6 2.6-8.7 8.7zM12 5.5l2.6 2.6",
  post: "M3 5.5h14v9.5H3zM3 6l7 5 7-5",
  scan: "M3.5 7V3.5H7M13 3.5h3.5V7M16.5 13v3.5H13M7 16.5H3.5V13M3.5 10h13",
  undo: "M7.5 4.5 4 8l3.5 3.5M4 8h7.5a4 4 0 0 1 0 8H8",
  download: "M10 3.5v9M6 9l4 4 4-4M4 16.5h12",
  inbox: "M3.5 11 6 4.5h8l2.5 6.5v5h-13zM3.5 11h4l1 2h3l1-2h4",
  send: "M3.5 10 16.5 4 12 16.5l-2.5-5z",
  link: "M8.5 11.5l3-3M7 9l-2 2a2.8 2.8 0 0 0 4 4l2-2M13 11l2-2a2.8 2.8 0 0 0-4-4L9 7",
  phone: "M5 3.5h3l1.2 3.6-1.8 1.4a9 9 0 0 0 4.1 4.1l1.4-1.8 3.6 1.2v3c0 .8-.7 1.5-1.5 1.5A11.5 11.5 0 0 1 3.5 5c0-.8.7-1.5 1.5-1.5z",
  lock: "M5 9h10v7.5H5zM7 9V6.5a3 3 0 0 1 6 0V9",
  key: "M7 13.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM10.5 10H17M14 10v3",
  keyboard: "M2.5 5.5h15v9h-15zM5.5 8.5h.01M8.5 8.5h.01M11.5 8.5h.01M14.5 8.5h.01M6.5 11.5h7",
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg class="icon" width={size} height={size} viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      <path d={paths[name]} />
    </svg>
  );
}
