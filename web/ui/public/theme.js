// Runs before the first paint, so that a page chosen to be dark never flashes white.
(() => {
  try {
    const theme = localStorage.getItem("monctl.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // storage may be forbidden: the system's theme it is
  }
})();
