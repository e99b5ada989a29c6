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
;   /PURGE     removes the practice's data too, where setup has put them
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
!macro next UN
Function ${UN}next
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
!macroend
!insertmacro next ""
!insertmacro next "un."

; run has a program of ours do something, and ends setup if it can't.
!macro run ARGUMENTS
  nsExec::ExecToLog '"$INSTDIR\agrafe.exe" ${ARGUMENTS}'
  Pop $0
  ${If} $0 != 0
    DetailPrint "agrafe ${ARGUMENTS}: $0"
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

; quiet ends what has our files open.
!macro quiet
  ${If} ${FileExists} "$INSTDIR\agrafe.exe"
    nsExec::Exec '"$INSTDIR\agrafe.exe" stop'
    Pop $0
    nsExec::Exec '"$SYSDIR\taskkill.exe" /f /im agrafe-tray.exe'
    Pop $0
  ${EndIf}
!macroend

Section
  !insertmacro quiet
  SetOutPath "$INSTDIR"
  File "${FILES}/agrafe.exe" "${FILES}/agrafed.exe" "${FILES}/LICENSE.txt" "${FILES}/MODULES.txt"
  ClearErrors
  ${GetOptions} $options "/NOTRAY" $0
  ${If} ${Errors}
    File "${FILES}/agrafe-tray.exe"
  ${EndIf}
  Call presets
  !insertmacro run "install --no-start"
  Call port
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

; presets writes what /ORIGINS and /BROWSERS say, before the service looks.
Function presets
  Call origins
  ${If} $left == ""
    Return
  ${EndIf}
  WriteRegStr HKLM "${SETUP}" "Origins" "$left"
  ClearErrors
  ${GetOptions} $options "/BROWSERS" $0
  ${If} ${Errors}
    StrCpy $1 ""
  ${Else}
    StrCpy $1 "browsers"
  ${EndIf}
  ${DoUntil} $left == ""
    Call next
    WriteRegStr HKLM "${POLICIES}\Origins" "$item" "${SCOPES}"
    ${If} $1 != ""
      !insertmacro browsers allow
    ${EndIf}
  ${Loop}
FunctionEnd

; port puts the port of /PORT before the other keys of the configuration, in the place
; of one that is there.
Function port
  ClearErrors
  ${GetOptions} $options "/PORT=" $0
  ${If} ${Errors}
    Return
  ${EndIf}
  StrCpy $1 "$APPDATA\Agrafe-config\agrafed.toml"
  FileOpen $2 "$1" r
  FileOpen $3 "$1.new" w
  FileWrite $3 "port = $0$\r$\n"
  ${Do}
    ClearErrors
    FileRead $2 $4
    ${If} ${Errors}
      ${ExitDo}
    ${EndIf}
    StrCpy $5 $4 7
    ${If} $5 != "port = "
      FileWrite $3 $4
    ${EndIf}
  ${Loop}
  FileClose $2
  FileClose $3
  Delete "$1"
  Rename "$1.new" "$1"
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
  !insertmacro run "uninstall"
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
  ClearErrors
  ${GetOptions} $options "/PURGE" $0
  ${IfNot} ${Errors}
    RMDir /r "$APPDATA\Agrafe"
    RMDir /r "$APPDATA\Agrafe-config"
    Delete "$APPDATA\Agrafe.key"
  ${EndIf}
SectionEnd

; un.presets takes back what presets wrote.
Function un.presets
  ReadRegStr $left HKLM "${SETUP}" "Origins"
  ${DoUntil} $left == ""
    Call un.next
    DeleteRegValue HKLM "${POLICIES}\Origins" "$item"
    !insertmacro browsers un.forget
  ${Loop}
  DeleteRegKey /ifempty HKLM "SOFTWARE\Policies\Google\Chrome"
  DeleteRegKey /ifempty HKLM "SOFTWARE\Policies\Google"
  DeleteRegKey /ifempty HKLM "SOFTWARE\Policies\Microsoft\Edge"
  DeleteRegKey /ifempty HKLM "${POLICIES}\Origins"
  DeleteRegKey /ifempty HKLM "${POLICIES}"
  DeleteRegKey HKLM "${SETUP}"
  DeleteRegKey /ifempty HKLM "Software\Agrafe"
FunctionEnd
