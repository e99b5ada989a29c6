package key

import (
	"fmt"
	"io/fs"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// privateACL gives the file to the system, the administrators and its owner, and inherits nothing: with DPAPI's machine
// scope any process that can read the file can decrypt it.
const privateACL = "D:P(A;;FA;;;SY)(A;;FA;;;BA)(A;;FA;;;OW)"

// createPrivate makes a new file that only this user, the system and administrators can read.
func createPrivate(path string) (*os.File, error) {
	sd, err := windows.SecurityDescriptorFromString(privateACL)
	if err != nil {
		return nil, err
	}
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return nil, err
	}
	sa := windows.SecurityAttributes{SecurityDescriptor: sd}
	sa.Length = uint32(unsafe.Sizeof(sa))
	h, err := windows.CreateFile(name, windows.GENERIC_WRITE, 0, &sa,
		windows.CREATE_NEW, windows.FILE_ATTRIBUTE_NORMAL, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "create", Path: path, Err: err}
	}
	return os.NewFile(uintptr(h), path), nil
}

// trusted are whom a key file may be readable by, beside this process's user.
var trusted = []windows.WELL_KNOWN_SID_TYPE{
	windows.WinLocalSystemSid, windows.WinBuiltinAdministratorsSid, windows.WinCreatorOwnerRightsSid,
}

// checkPrivate refuses a file that others have rights on, or own.
func checkPrivate(f *os.File, _ fs.FileInfo) error {
	sd, err := windows.GetSecurityInfo(windows.Handle(f.Fd()), windows.SE_FILE_OBJECT,
		windows.OWNER_SECURITY_INFORMATION|windows.DACL_SECURITY_INFORMATION)
	if err != nil {
		return err
	}
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return err
	}
	ours := func(sid *windows.SID) bool {
		for _, t := range trusted {
			if sid.IsWellKnown(t) {
				return true
			}
		}
		return sid.Equals(user.User.Sid)
	}
	owner, _, err := sd.Owner()
	if err != nil {
		return err
	}
	if !ours(owner) {
		return &Error{Kind: Foreign, Owner: owner.String()}
	}
	acl, _, err := sd.DACL()
	if err != nil {
		return err
	}
	if acl == nil { // no list: all rights to everybody
		return &Error{Kind: Exposed}
	}
	for i := range uint32(acl.AceCount) {
		var ace *windows.ACCESS_ALLOWED_ACE
		if err := windows.GetAce(acl, i, &ace); err != nil {
			return err
		}
		switch ace.Header.AceType {
		case windows.ACCESS_DENIED_ACE_TYPE:
		case windows.ACCESS_ALLOWED_ACE_TYPE:
			if !ours((*windows.SID)(unsafe.Pointer(&ace.SidStart))) {
				return &Error{Kind: Exposed}
			}
		default: // of another layout, and of nobody's making here
			return &Error{Kind: Exposed}
		}
	}
	return nil
}

// moveNew gives the file at tmp the name path, which must be free.
func moveNew(tmp, path string) error {
	from, err := windows.UTF16PtrFromString(tmp)
	if err != nil {
		return err
	}
	to, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return err
	}
	return windows.MoveFileEx(from, to, windows.MOVEFILE_WRITE_THROUGH)
}

// seal encrypts b for this machine.
func seal(b []byte) ([]byte, error) {
	in := windows.DataBlob{Size: uint32(len(b)), Data: unsafe.SliceData(b)}
	var out windows.DataBlob
	err := windows.CryptProtectData(&in, nil, nil, 0, nil,
		windows.CRYPTPROTECT_LOCAL_MACHINE|windows.CRYPTPROTECT_UI_FORBIDDEN, &out)
	if err != nil {
		return nil, fmt.Errorf("cannot encrypt for this machine: %w", err)
	}
	return take(out), nil
}

// unseal is the inverse of seal. What another machine has sealed is damaged here.
func unseal(b []byte) ([]byte, error) {
	if len(b) == 0 {
		return nil, &Error{Kind: Length}
	}
	in := windows.DataBlob{Size: uint32(len(b)), Data: unsafe.SliceData(b)}
	var out windows.DataBlob
	if err := windows.CryptUnprotectData(&in, nil, nil, 0, nil, windows.CRYPTPROTECT_UI_FORBIDDEN, &out); err != nil {
		return nil, &Error{Kind: Damaged, Err: fmt.Errorf("made on another machine, or changed: %w", err)}
	}
	return take(out), nil
}

// take copies what Windows has allocated, and frees it.
func take(blob windows.DataBlob) []byte {
	defer windows.LocalFree(windows.Handle(unsafe.Pointer(blob.Data)))
	return append([]byte(nil), unsafe.Slice(blob.Data, blob.Size)...)
}
