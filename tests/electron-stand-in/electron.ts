/** What is imported as `electron`. Names that are missing here fail when the app is loaded. */
export { app } from './app.ts'
export { BrowserWindow } from './browser-window.ts'
export {
  clipboard,
  dialog,
  nativeImage,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  shell,
  Tray,
} from './desktop.ts'
export { ipcMain } from './ipc-main.ts'
export { Menu } from './menu.ts'
export { MessageChannelMain } from './message-channel.ts'
export { net } from './net.ts'
export { protocol, session } from './session.ts'
export { utilityProcess } from './utility-process.ts'
/** Not of Electron: what the app has shown. */
export { records as standIn } from './records.ts'
