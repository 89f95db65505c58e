; What the installer for Windows does beside copying files. Included by electron-builder.
;
; The folder of the launcher is not added to PATH: NSIS cuts texts at 1,024 characters, and a PATH that was longer would be
; lost. Windows keeps a folder for such commands that is on every user's PATH already.
!define JOBYARD_COMMAND "$LOCALAPPDATA\Microsoft\WindowsApps\jobyard.cmd"

!macro customInstall
  CreateDirectory "$LOCALAPPDATA\Microsoft\WindowsApps"
  FileOpen $0 "${JOBYARD_COMMAND}" w
  ${if} $0 != ""
    FileWrite $0 '@"$INSTDIR\resources\bin\jobyard.cmd" %*$\r$\n'
    FileClose $0
  ${endIf}
!macroend

!macro customUnInstall
  ${ifNot} ${isUpdated}
    Delete "${JOBYARD_COMMAND}"
    MessageBox MB_OK|MB_ICONINFORMATION "Jobyard is removed. Your jobs, their history and output are kept in $APPDATA\Jobyard. Delete that folder if you do not want them any more." /SD IDOK
  ${endIf}
!macroend
