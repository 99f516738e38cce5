// The app: Electron's main process. All but this file and preload.cjs runs without Electron, too.

import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { BrowserWindow, app, dialog, ipcMain } from "electron";

import { findBackend } from "./backend.mjs";
import { handlers } from "./mapped.mjs";

const PRELOAD = fileURLToPath(new URL("preload.cjs", import.meta.url));

const folder = process.env.CWIRE_DATA ?? process.cwd();
// Packed, the back-end is one program, which PyInstaller has made.
const packed = app.isPackaged
  ? { command: [join(process.resourcesPath, "backend", "backend")] }
  : {};

app.enableSandbox();
await app.whenReady();
let backend;
try {
  backend = await findBackend({ folder, ...packed });
} catch (error) {
  dialog.showErrorBox("cwire", String(error));
  app.exit(1);
}
const { origin } = new URL(backend.link);
for (const [name, handle] of Object.entries(handlers(folder))) {
  ipcMain.handle(name, ({ senderFrame }, ...words) => {
    if (senderFrame?.origin !== origin) throw new Error("this page may not ask");
    return handle(...words);
  });
}
const window = new BrowserWindow({
  width: 1000,
  height: 760,
  webPreferences: {
    preload: PRELOAD,
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
  },
});
window.webContents.setWindowOpenHandler(() => ({ action: "deny" }));
window.webContents.on("will-navigate", (event, url) => {
  if (new URL(url).origin !== origin) event.preventDefault();
});
app.on("window-all-closed", () => app.quit());
app.on("will-quit", () => void backend.stop());
await window.loadURL(backend.link);
