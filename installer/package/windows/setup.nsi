; The setup program of Agrafe for Windows. Silent, from an administrator's prompt or a
; tool that installs on many machines:
;
;   agrafe-setup.exe /S [/ORIGINS="https://a.example,https://b.example"] [/BROWSERS]
;                    [/PORT=17373] [/NOTRAY] [/D=C:\Program Files\Agrafe]
;
;   /ORIGINS   web applications that may use the service without asking the user
;              (HKLM\SOFTWARE\Policies\Agrafe\Origins, as group policy writes it)
;   /BROWSERS  Chrome and Edge let these reach this machine without asking the user
;   /NOTRAY    no icon: codes are then typed on a pinpad or in a terminal
;   /D         last, without quotes; only a folder under Program Files is taken
;
;   "C:\Program Files\Agrafe\uninstall.exe" /S [/PURGE]
;
;   /PURGE     removes the practice's data too, but not its backups
;
; Exit codes: 0 done, 2 not done; agrafe.exe install says why.
Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
SetDateSave off
ManifestDPIAware true
Name "Agrafe"
OutFile "${OUT}"
RequestExecutionLevel admin
InstallDir "$PROGRAMFILES64\Agrafe"
ShowInstDetails show

!include FileFunc.nsh
!include LogicLib.nsh

!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\Agrafe"
!define SETUP "Software\Agrafe\Setup" ; what setup wrote for others, to take it back
!define POLICIES "SOFTWARE\Policies\Agrafe"
!define SCOPES "readers,cards,fse"

VIProductVersion "${NUMBERS}"
VIAddVersionKey ProductName "Agrafe"
VIAddVersionKey ProductVersion "${VERSION}"
VIAddVersionKey FileVersion "${VERSION}"
VIAddVersionKey FileDescription "Agrafe, feuilles de soins électroniques"
VIAddVersionKey LegalCopyright "Apache-2.0"

Page directory
Page instfiles
UninstPage uninstConfirm
UninstPage instfiles

Var options
Var left ; of a list that is gone through
Var item
Var key

; next takes the first of the items in $left, "" after the last.
Function next
  StrCpy $R1 0
  ${Do}
    StrCpy $R2 $left 1 $R1
    ${If} $R2 == ""
      StrCpy $item $left
      StrCpy $left ""
      ${ExitDo}
    ${EndIf}
    ${If} $R2 == ","
      StrCpy $item $left $R1
      IntOp $R1 $R1 + 1
      StrCpy $left $left "" $R1
      ${ExitDo}
    ${EndIf}
    IntOp $R1 $R1 + 1
  ${Loop}
FunctionEnd

; run has a program of ours do something, and ends setup if it can't: a service that is
; installed runs again then.
!macro run ARGUMENTS
  nsExec::ExecToLog '"$INSTDIR\agrafe.exe" ${ARGUMENTS}'
  Pop $0
  ${If} $0 != 0
    DetailPrint "agrafe ${ARGUMENTS}: $0"
    nsExec::Exec '"$SYSDIR\net.exe" start agrafed'
    Pop $0
    SetErrorLevel 2
    Abort
  ${EndIf}
!macroend

; here sees the registry and the folders as the service does.
!macro here
  SetRegView 64
  SetShellVarContext all
!macroend

Function .onInit
  !insertmacro here
  ${GetParameters} $options
FunctionEnd

Function un.onInit
  !insertmacro here
  ${GetParameters} $options
FunctionEnd

; allow adds $item to the list of a browser's policy in $key, below the first number
; that is free.
Function allow
  StrCpy $R1 0
  ${Do}
    IntOp $R1 $R1 + 1
    ClearErrors
    ReadRegStr $R2 HKLM "$key" "$R1"
    ${If} $R2 == $item
      Return
    ${EndIf}
  ${LoopUntil} ${Errors}
  WriteRegStr HKLM "$key" "$R1" "$item"
FunctionEnd

; forget takes $item out of the list in $key again. Numbers may have gaps.
Function un.forget
  StrCpy $R1 0
  ${Do}
    EnumRegValue $R2 HKLM "$key" $R1
    ${If} $R2 == ""
      ${ExitDo}
    ${EndIf}
    ReadRegStr $R3 HKLM "$key" "$R2"
    ${If} $R3 == $item
      DeleteRegValue HKLM "$key" "$R2"
    ${Else}
      IntOp $R1 $R1 + 1
    ${EndIf}
  ${Loop}
  DeleteRegKey /ifempty HKLM "$key"
FunctionEnd

; browsers does something for each list of a browser's policy.
!macro browsers DO
  StrCpy $key "SOFTWARE\Policies\Google\Chrome\LoopbackNetworkAllowedForUrls"
  Call ${DO}
  StrCpy $key "SOFTWARE\Policies\Google\Chrome\LocalNetworkAccessAllowedForUrls"
  Call ${DO}
  StrCpy $key "SOFTWARE\Policies\Microsoft\Edge\LoopbackNetworkAllowedForUrls"
  Call ${DO}
  StrCpy $key "SOFTWARE\Policies\Microsoft\Edge\LocalNetworkAccessAllowedForUrls"
  Call ${DO}
!macroend

; quiet ends what has our files open, with programs of Windows: what lies in $INSTDIR
; may be anybody's before setup has put its own there.
!macro quiet
  nsExec::Exec '"$SYSDIR\net.exe" stop agrafed'
  Pop $0
  nsExec::Exec '"$SYSDIR\taskkill.exe" /f /im agrafe-tray.exe'
  Pop $0
!macroend

; inside ends setup unless $INSTDIR is a folder under Program Files, which administrators
; alone may write.
Function inside
  StrLen $R1 "$PROGRAMFILES64\"
  StrCpy $R2 $INSTDIR $R1
  StrCpy $R3 $INSTDIR "" $R1
  ${If} $R2 == "$PROGRAMFILES64\"
  ${AndIf} $R3 != ""
    StrCpy $R1 0
    ${Do}
      StrCpy $R2 $R3 2 $R1
      ${If} $R2 == ""
        Return
      ${EndIf}
      IntOp $R1 $R1 + 1
    ${LoopUntil} $R2 == ".."
  ${EndIf}
  DetailPrint "$INSTDIR: only a folder under $PROGRAMFILES64 is taken"
  SetErrorLevel 2
  Abort
FunctionEnd

Section
  Call inside
  !insertmacro quiet
  SetOutPath "$INSTDIR"
  File "${FILES}/agrafe.exe" "${FILES}/agrafed.exe" "${FILES}/LICENSE.txt" "${FILES}/MODULES.txt"
  ClearErrors
  ${GetOptions} $options "/NOTRAY" $0
  ${If} ${Errors}
    File "${FILES}/agrafe-tray.exe"
  ${EndIf}
  Call told
  !insertmacro run "install --no-start$1"
  Call presets
  !insertmacro run "start"
  CreateShortcut "$SMPROGRAMS\Agrafe.lnk" "$INSTDIR\agrafe.exe" "console"
  Call register
SectionEnd

; origins sets $left to the value of /ORIGINS, with or without quotes. GetOptions would
; end it at its first slash.
Function origins
  StrCpy $left ""
  StrCpy $R1 0
  ${Do}
    StrCpy $R2 $options 9 $R1
    ${If} $R2 == ""
      Return
    ${EndIf}
    IntOp $R1 $R1 + 1
  ${LoopUntil} $R2 == "/ORIGINS="
  IntOp $R1 $R1 + 8
  StrCpy $R2 $options 1 $R1
  ${If} $R2 == '"'
    IntOp $R1 $R1 + 1
  ${EndIf}
  ${Do}
    StrCpy $R2 $options 1 $R1
    ${If} $R2 == ""
    ${OrIf} $R2 == " "
    ${OrIf} $R2 == '"'
      Return
    ${EndIf}
    StrCpy $left "$left$R2"
    IntOp $R1 $R1 + 1
  ${Loop}
FunctionEnd

; told sets $1 to what agrafe has to be told of /PORT and /ORIGINS. It looks at them before
; it changes anything.
Function told
  StrCpy $1 ""
  ClearErrors
  ${GetOptions} $options "/PORT=" $0
  ${IfNot} ${Errors}
    StrCpy $1 ' "--port=$0"'
  ${EndIf}
  Call origins
  ${If} $left != ""
    StrCpy $1 '$1 "--origins=$left"'
  ${EndIf}
FunctionEnd

; presets writes what /ORIGINS and /BROWSERS say, before the service looks. What it wrote
; for others is noted by name: a later setup with other origins adds to the first.
Function presets
  Call origins
  ${If} $left == ""
    Return
  ${EndIf}
  ClearErrors
  ${GetOptions} $options "/BROWSERS" $0
  ${If} ${Errors}
    StrCpy $1 ""
  ${Else}
    StrCpy $1 "browsers"
  ${EndIf}
  ${DoUntil} $left == ""
    Call next
    WriteRegStr HKLM "${SETUP}\Origins" "$item" ""
    WriteRegStr HKLM "${POLICIES}\Origins" "$item" "${SCOPES}"
    ${If} $1 != ""
      !insertmacro browsers allow
    ${EndIf}
  ${Loop}
FunctionEnd

; register is for the list of programs in the control panel.
Function register
  WriteUninstaller "$INSTDIR\uninstall.exe"
  WriteRegStr HKLM "${UNINSTALL}" "DisplayName" "Agrafe"
  WriteRegStr HKLM "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKLM "${UNINSTALL}" "Publisher" "Agrafe"
  WriteRegStr HKLM "${UNINSTALL}" "URLInfoAbout" "https://github.com/agrafe-fse/agrafe"
  WriteRegStr HKLM "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKLM "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKLM "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKLM "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKLM "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKLM "${UNINSTALL}" "EstimatedSize" $0
FunctionEnd

Section Uninstall
  !insertmacro quiet
  ClearErrors
  ${GetOptions} $options "/PURGE" $0
  ${If} ${Errors}
    StrCpy $1 "uninstall"
  ${Else}
    StrCpy $1 "uninstall --purge"
  ${EndIf}
  !insertmacro run "$1"
  Call un.presets
  Delete "$SMPROGRAMS\Agrafe.lnk"
  Delete "$INSTDIR\agrafe.exe"
  Delete "$INSTDIR\agrafed.exe"
  Delete "$INSTDIR\agrafe-tray.exe"
  Delete "$INSTDIR\LICENSE.txt"
  Delete "$INSTDIR\MODULES.txt"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  DeleteRegKey HKLM "${UNINSTALL}"
SectionEnd

; un.presets takes back what presets wrote.
Function un.presets
  ${Do}
    EnumRegValue $item HKLM "${SETUP}\Origins" 0
    ${If} $item == ""
      ${ExitDo}
    ${EndIf}
    DeleteRegValue HKLM "${POLICIES}\Origins" "$item"
    !insertmacro browsers un.forget
    ClearErrors
    DeleteRegValue HKLM "${SETUP}\Origins" "$item"
    ${If} ${Errors}
      ${ExitDo}
    ${EndIf}
  ${Loop}
  DeleteRegKey /ifempty HKLM "SOFTWARE\Policies\Google\Chrome"
  DeleteRegKey /ifempty HKLM "SOFTWARE\Policies\Google"
  DeleteRegKey /ifempty HKLM "SOFTWARE\Policies\Microsoft\Edge"
  DeleteRegKey /ifempty HKLM "${POLICIES}\Origins"
  DeleteRegKey /ifempty HKLM "${POLICIES}"
  DeleteRegKey HKLM "${SETUP}"
  DeleteRegKey /ifempty HKLM "Software\Agrafe"
FunctionEnd
