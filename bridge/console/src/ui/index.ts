// What pages are built with.

export { Button, IconButton, LinkButton, Spinner, type ButtonProps, type ButtonTone } from "./button";
export { confirm, Dialog, type DialogProps, type Question } from "./dialog";
export { Checkbox, Field, Radios, Select, TextArea, TextField, type Choice, type Control, type FieldProps } from "./field";
export { Icon, type IconName } from "./icon";
export { Menu, MenuButton, type MenuItem, type Place } from "./menu";
export { Money } from "./money";
export { announce, Note, notify, ProblemNote, type Tone } from "./notice";
export { Badge, Card, Empty, Fact, Facts, Form, Page, Tooltip, type BadgeTone } from "./page";
export { Table, type Column, type TableProps } from "./table";
export { Steps, Tabs, type Step, type Tab } from "./tabs";
export { settle } from "./settle";
export { DateField, MoneyField, TypedField } from "./typed";
export { anyWrong, held, type Held, type Script } from "./typing";
