package place

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"unsafe"

	"golang.org/x/sys/windows"
)

// FolderError is a place that is somebody else's.
type FolderError struct{ Place, Why string }

func (e *FolderError) Error() string {
	return fmt.Sprintf("cannot use %s: %s; look at what is in it, move it away, and install again", e.Place, e.Why)
}

// Take makes a folder with rights, a security descriptor in SDDL with its owner, or gives
// them to the one that is there, and to what is in it. It fails with *FolderError where
// the folder, or anything in it, is a link or belongs to others than the system, the
// administrators, this process's user and those who are trusted (SIDs): who may write in
// the folder above may make it before us, with what he likes in it. A folder that is
// refused for what is in it stays closed.
func Take(path, rights string, trusted ...string) error {
	sd, err := windows.SecurityDescriptorFromString(rights)
	if err != nil {
		return fmt.Errorf("cannot close %s: %w", path, err)
	}
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return fmt.Errorf("cannot make %s: %w", path, err)
	}
	sa := windows.SecurityAttributes{SecurityDescriptor: sd}
	sa.Length = uint32(unsafe.Sizeof(sa))
	if err := windows.CreateDirectory(name, &sa); err == nil {
		return nil
	} else if !errors.Is(err, windows.ERROR_ALREADY_EXISTS) {
		return fmt.Errorf("cannot make %s: %w", path, err)
	}
	me, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return fmt.Errorf("cannot tell who installs: %w", err)
	}
	const system, administrators = "S-1-5-18", "S-1-5-32-544" // [MS-DTYP] 2.4.2.4
	trusted = append([]string{system, administrators, me.User.Sid.String()}, trusted...)
	return takeOver(path, sd, trusted)
}

// takeOver gives a folder its owner and rights, by a handle: what was looked at is what
// is changed. It closes the folder alone first, so that nothing comes in any more while it
// looks at what is in it: the rights of what is in it follow those of the folder, also of
// a file that has another name elsewhere. Folders in it are closed by that, and what came
// into them until then is seen by a second look.
func takeOver(path string, sd *windows.SECURITY_DESCRIPTOR, trusted []string) error {
	h, err := openItself(path, windows.READ_CONTROL|windows.WRITE_DAC|windows.WRITE_OWNER|windows.FILE_READ_ATTRIBUTES)
	if err != nil {
		return fmt.Errorf("cannot close %s: %w", path, err)
	}
	defer windows.CloseHandle(h)
	if err := checkOne(h, path, trusted); err != nil {
		return err
	}
	if err := windows.SetKernelObjectSecurity(h, ownerAndRights, sd); err != nil {
		return fmt.Errorf("cannot close %s: %w", path, err)
	}
	if err := checkTree(path, trusted); err != nil {
		return err
	}
	if err := handDown(h, sd); err != nil {
		return fmt.Errorf("cannot close what is in %s: %w", path, err)
	}
	return checkTree(path, trusted)
}

// ownerAndRights are the parts of a security descriptor that are set.
const ownerAndRights = windows.OWNER_SECURITY_INFORMATION | windows.DACL_SECURITY_INFORMATION | windows.PROTECTED_DACL_SECURITY_INFORMATION

// handDown sets owner and rights again, in the way by which what is in the folder inherits
// them.
func handDown(h windows.Handle, sd *windows.SECURITY_DESCRIPTOR) error {
	owner, _, err := sd.Owner()
	if err != nil {
		return err
	}
	dacl, _, err := sd.DACL()
	if err != nil {
		return err
	}
	return windows.SetSecurityInfo(h, windows.SE_FILE_OBJECT, ownerAndRights, owner, nil, dacl, nil)
}

// checkTree looks at all that is in a folder, and follows no link.
func checkTree(path string, trusted []string) error {
	return filepath.WalkDir(path, func(path string, _ fs.DirEntry, err error) error {
		var h windows.Handle
		if err == nil {
			h, err = openItself(path, windows.READ_CONTROL|windows.FILE_READ_ATTRIBUTES)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // the service runs, and has removed it
		}
		if err != nil {
			return fmt.Errorf("cannot look at %s: %w", path, err)
		}
		defer windows.CloseHandle(h)
		return checkOne(h, path, trusted)
	})
}

// openItself opens what is at path, be it a folder or a link.
func openItself(path string, access uint32) (windows.Handle, error) {
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return 0, err
	}
	const share = windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE
	return windows.CreateFile(name, access, share, nil, windows.OPEN_EXISTING, windows.FILE_FLAG_BACKUP_SEMANTICS|windows.FILE_FLAG_OPEN_REPARSE_POINT, 0)
}

func checkOne(h windows.Handle, path string, trusted []string) error {
	var info windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(h, &info); err != nil {
		return fmt.Errorf("cannot look at %s: %w", path, err)
	}
	sd, err := windows.GetSecurityInfo(h, windows.SE_FILE_OBJECT, windows.OWNER_SECURITY_INFORMATION)
	if err != nil {
		return fmt.Errorf("cannot look at %s: %w", path, err)
	}
	owner, _, err := sd.Owner()
	if err != nil {
		return fmt.Errorf("cannot look at %s: %w", path, err)
	}
	if why := folderFault(info.FileAttributes, info.NumberOfLinks, owner.String(), trusted); why != "" {
		return &FolderError{path, why}
	}
	return nil
}

// folderFault is what is wrong with a file or folder that is to be taken, "" for nothing.
func folderFault(attributes, links uint32, owner string, trusted []string) string {
	switch {
	case attributes&windows.FILE_ATTRIBUTE_REPARSE_POINT != 0:
		return "it is a link"
	case attributes&windows.FILE_ATTRIBUTE_DIRECTORY == 0 && links > 1:
		return "the file has another name elsewhere"
	case !slices.Contains(trusted, owner):
		return "the user " + owner + " owns it"
	}
	return ""
}
