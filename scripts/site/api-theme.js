// Before the page is painted: the theme that was chosen last, as TypeDoc keeps it.
try {
  document.documentElement.dataset.theme = localStorage.getItem("tsd-theme") ?? "os";
} catch {
  document.documentElement.dataset.theme = "os";
}
