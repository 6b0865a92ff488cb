// Light, dark, or as the system has it; remembered.
import { find } from "./dom.js";

const KEY = "helixconv-theme";

export function followTheme(): void {
  const select = find("theme", HTMLSelectElement);
  select.value = localStorage.getItem(KEY) ?? "system";
  const apply = () => {
    document.documentElement.dataset.theme = select.value;
  };
  select.addEventListener("change", () => {
    localStorage.setItem(KEY, select.value);
    apply();
  });
  apply();
}
