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
!define SETUP "Software\Agrafe\Setup"
; What setup wrote for others, to take it back: below the name of the key where it stands,
; by origin, the scopes or, in a list of a browser's, the number.
!define NOTES "${SETUP}\Written"
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
Var number ; in the list of $key
Var lists ; how many have $item

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

; stand sets $number to where $item stands in the list of a browser's policy in $key, to
; "" if it does not. Numbers may have gaps.
Function stand
  StrCpy $R1 0
  ${Do}
    EnumRegValue $number HKLM "$key" $R1
    ${If} $number == ""
      Return
    ${EndIf}
    ReadRegStr $R2 HKLM "$key" "$number"
    ${If} $R2 S== $item
      Return
    ${EndIf}
    IntOp $R1 $R1 + 1
  ${Loop}
FunctionEnd

; allow adds $item to the list in $key, below the first number that is free. What stands
; there already is an administrator's, and is not noted.
Function allow
  Call stand
  ${If} $number != ""
    Return
  ${EndIf}
  StrCpy $R1 0
  ${Do}
    IntOp $R1 $R1 + 1
    ClearErrors
    ReadRegStr $R2 HKLM "$key" "$R1"
  ${LoopUntil} ${Errors}
  WriteRegStr HKLM "${NOTES}\$key" "$item" "$R1"
  WriteRegStr HKLM "$key" "$R1" "$item"
FunctionEnd

; un.forget takes out of the list in $key again what was noted and still stands there.
Function un.forget
  ${Do}
    EnumRegValue $item HKLM "${NOTES}\$key" 0
    ${If} $item == ""
      Return
    ${EndIf}
    ReadRegStr $R1 HKLM "${NOTES}\$key" "$item"
    ReadRegStr $R2 HKLM "$key" "$R1"
    ${If} $R2 S== $item
      DeleteRegValue HKLM "$key" "$R1"
      DeleteRegKey /ifempty HKLM "$key"
    ${EndIf}
    ClearErrors
    DeleteRegValue HKLM "${NOTES}\$key" "$item"
  ${LoopUntil} ${Errors}
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

; presets writes what /ORIGINS and /BROWSERS say, before the service looks. A later setup
; with other origins adds to the first. What an administrator wrote stays as it is.
Function presets
  Call former
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
    ClearErrors
    ReadRegStr $0 HKLM "${POLICIES}\Origins" "$item"
    ${If} ${Errors}
      WriteRegStr HKLM "${NOTES}\${POLICIES}\Origins" "$item" "${SCOPES}"
      WriteRegStr HKLM "${POLICIES}\Origins" "$item" "${SCOPES}"
    ${EndIf}
    ${If} $1 != ""
      !insertmacro browsers allow
    ${EndIf}
  ${Loop}
FunctionEnd

; former takes over the notes of setups before this one: origins alone, in a list, and
; later by name.
Function former
  ReadRegStr $left HKLM "${SETUP}" "Origins"
  ${DoUntil} $left == ""
    Call next
    Call adopt
  ${Loop}
  DeleteRegValue HKLM "${SETUP}" "Origins"
  ${Do}
    EnumRegValue $item HKLM "${SETUP}\Origins" 0
    ${If} $item == ""
      ${ExitDo}
    ${EndIf}
    Call adopt
    ClearErrors
    DeleteRegValue HKLM "${SETUP}\Origins" "$item"
  ${LoopUntil} ${Errors}
  DeleteRegKey /ifempty HKLM "${SETUP}\Origins"
FunctionEnd

; adopt notes what a former setup wrote for $item. It gave it these scopes always, and
; wrote it into all the lists of browsers or, without /BROWSERS, into none: where it stands
; in some alone, an administrator wrote it.
Function adopt
  ReadRegStr $0 HKLM "${POLICIES}\Origins" "$item"
  ${If} $0 S== "${SCOPES}"
    WriteRegStr HKLM "${NOTES}\${POLICIES}\Origins" "$item" "${SCOPES}"
  ${EndIf}
  StrCpy $lists 0
  !insertmacro browsers count
  ${If} $lists = 4
    !insertmacro browsers note
  ${EndIf}
FunctionEnd

; count counts the lists that have $item.
Function count
  Call stand
  ${If} $number != ""
    IntOp $lists $lists + 1
  ${EndIf}
FunctionEnd

; note notes $item where it stands.
Function note
  Call stand
  WriteRegStr HKLM "${NOTES}\$key" "$item" "$number"
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

; un.presets takes back what presets wrote, unless it was changed since.
Function un.presets
  ${Do}
    EnumRegValue $item HKLM "${NOTES}\${POLICIES}\Origins" 0
    ${If} $item == ""
      ${ExitDo}
    ${EndIf}
    ReadRegStr $R1 HKLM "${NOTES}\${POLICIES}\Origins" "$item"
    ReadRegStr $R2 HKLM "${POLICIES}\Origins" "$item"
    ${If} $R2 S== $R1
      DeleteRegValue HKLM "${POLICIES}\Origins" "$item"
    ${EndIf}
    ClearErrors
    DeleteRegValue HKLM "${NOTES}\${POLICIES}\Origins" "$item"
  ${LoopUntil} ${Errors}
  !insertmacro browsers un.forget
  DeleteRegKey /ifempty HKLM "SOFTWARE\Policies\Google\Chrome"
  DeleteRegKey /ifempty HKLM "SOFTWARE\Policies\Google"
  DeleteRegKey /ifempty HKLM "SOFTWARE\Policies\Microsoft\Edge"
  DeleteRegKey /ifempty HKLM "${POLICIES}\Origins"
  DeleteRegKey /ifempty HKLM "${POLICIES}"
  DeleteRegKey HKLM "${SETUP}"
  DeleteRegKey /ifempty HKLM "Software\Agrafe"
FunctionEnd
