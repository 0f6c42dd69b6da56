/** The "back" of a phone, which closes what covers the page, and leaves the page only then. */

/** Returns a function that is told whether it is covered; browsers without close watchers go back as ever. */
export function closedByBack(close) {
  let watcher = null;
  return (covers) => {
    if (!covers) {
      watcher?.destroy();
      watcher = null;
    } else if (!watcher && "CloseWatcher" in globalThis) {
      watcher = new CloseWatcher();
      watcher.addEventListener("close", () => {
        watcher = null;
        close();
      });
    }
  };
}
