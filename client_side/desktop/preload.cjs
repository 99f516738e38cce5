// All that the page gets of Electron.

const { contextBridge, ipcRenderer } = require("electron");

contextBridge.exposeInMainWorld("desktop", {
  /** The bytes of a file by its mapped memory, as an ArrayBuffer. */
  readMapped: (name) => ipcRenderer.invoke("readMapped", name),
});
