using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MmapIo;

/// <summary>
/// From a path to a handle. By the framework's rules, but for two: nobody is waited for, as opening a pipe would wait for
/// its other end; and what is there is left as it is, also where the mode says to empty it.
/// </summary>
internal static class FileOpening
{
    private const int Eperm = 1;
    private const int Enoent = 2;
    private const int Eacces = 13;
    private const int Eisdir = 21;
    private const int Enfile = 23;
    private const int Emfile = 24;
    private const int Win32FileNotFound = 2;
    private const int Win32AccessDenied = 5;
    private const int Win32TooManyOpenFiles = 4;

    private static readonly int s_wouldBlock = OperatingSystem.IsMacOS() ? 35 : 11;

    /// <summary>Opens what shall be mapped, and tells the file that this call created; null if it was there.</summary>
    public static SafeFileHandle Open(string path, MapRequest request, out string? created)
    {
        FileAccess access = request.Access == MapAccess.ReadWrite ? FileAccess.ReadWrite : FileAccess.Read;
        string? made = null;
        const string action = "map";
        SafeFileHandle file = Told(action, path, () => request.Mode switch
        {
            FileMode.CreateNew => Create(made = path, request.Share),
            FileMode.OpenOrCreate or FileMode.Create => OpenOrCreate(action, path, access, request.Share, out made),
            _ => OpenThere(action, path, access, request.Share),
        });
        created = made;
        return file;
    }

    /// <summary>Opens a file that must be there, minding nobody who has it open.</summary>
    /// <param name="action">What is to be done with it, to follow "Cannot".</param>
    /// <param name="path">The file.</param>
    public static SafeFileHandle OpenExisting(string action, string path) =>
        Told(action, path, () => OpenThere(action, path, FileAccess.Read, MapRequest.Defaults.Share));

    /// <summary>Does it, once more after a collection if there are no more handles to be had, and finds the words if it
    /// fails.</summary>
    private static SafeFileHandle Told(string action, string path, Func<SafeFileHandle> open)
    {
        try
        {
            try
            {
                return open();
            }
            catch (IOException e) when (MeansNoMoreHandles(e))
            {
                DroppedMaps.Collect();
                return open();
            }
        }
        catch (UnauthorizedAccessException e)
        {
            throw Denied(action, path, e);
        }
        catch (FileNotFoundException e)
        {
            throw new FileNotFoundException(e.Message, path, Inner(
                e.Message, path, MapStatus.NotFound, OperatingSystem.IsWindows() ? Win32FileNotFound : Enoent));
        }
    }

    private static bool MeansNoMoreHandles(IOException e) => OperatingSystem.IsWindows()
        ? (e.HResult & 0xFFFF) == Win32TooManyOpenFiles
        : e.HResult is Emfile or Enfile;

    private static SafeFileHandle Create(string path, FileShare share) =>
        File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, share);

    private static SafeFileHandle OpenOrCreate(
        string action, string path, FileAccess access, FileShare share, out string? created)
    {
        // Asking whether the file exists would leave time for somebody else to create it.
        try
        {
            return Create(created = path, share);
        }
        catch (IOException) when (File.Exists(path) || Directory.Exists(path))
        {
            created = null;
        }
        try
        {
            return OpenThere(action, path, access, share);
        }
        catch (FileNotFoundException) when (File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target)
        {
            // A link to what is not there yet.
            return Create(created = target.FullName, share);
        }
    }

    private static SafeFileHandle OpenThere(string action, string path, FileAccess access, FileShare share)
    {
        if (OperatingSystem.IsWindows() || path.Contains('\0', StringComparison.Ordinal))
        {
            return File.OpenHandle(path, FileMode.Open, access, share);
        }
        int flags = Interop.CloseOnExec | Interop.NonBlocking;
        flags |= access == FileAccess.ReadWrite ? Interop.OpenReadWrite : 0;
        int descriptor = Interop.open(Path.GetFullPath(path), flags);
        if (descriptor < 0)
        {
            // A socket cannot be opened at all, so it is looked at by its path. The rest is for the framework, which
            // finds the words, and waits until a lease on the file (fcntl(2)) is given up.
            RefuseSocket(action, path);
            return File.OpenHandle(path, FileMode.Open, access, share);
        }
        var file = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            RefuseWhatIsNoFile(file, action, path);
            Share(file, path, share & ~FileShare.Inheritable);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    private static void RefuseSocket(string action, string path)
    {
        int descriptor = OperatingSystem.IsLinux() ? Interop.open(Path.GetFullPath(path), Interop.PathOnly | Interop.CloseOnExec) : -1;
        if (descriptor >= 0)
        {
            using var file = new SafeFileHandle(descriptor, ownsHandle: true);
            if (FileKinds.Of(file) == FileKind.Socket)
            {
                MapErrors.ThrowNoFile(action, path, FileKind.Socket);
            }
        }
    }

    /// <summary>Devices are not refused: some can be mapped, and mapping tells which.</summary>
    private static void RefuseWhatIsNoFile(SafeFileHandle file, string action, string path)
    {
        FileKind kind = FileKinds.Of(file);
        if (kind == FileKind.Directory)
        {
            throw new UnauthorizedAccessException($"'{path}' is a directory.");
        }
        if (kind is FileKind.Pipe or FileKind.Socket)
        {
            MapErrors.ThrowNoFile(action, path, kind);
        }
    }

    /// <summary>As the framework imitates FileShare, but for the default, which asks nothing of others.</summary>
    private static void Share(SafeFileHandle file, string path, FileShare share)
    {
        if (share == MapRequest.Defaults.Share)
        {
            return;
        }
        int operation = share == FileShare.None ? Interop.LockExclusive : Interop.LockShared;
        if (Interop.flock(file, operation | Interop.LockNow) != 0 && Marshal.GetLastPInvokeError() == s_wouldBlock)
        {
            throw new IOException(
                $"The file '{path}' is open elsewhere, in a way that {nameof(FileShare)}.{share} does not go with.",
                s_wouldBlock);
        }
    }

    private static UnauthorizedAccessException Denied(string action, string path, UnauthorizedAccessException e)
    {
        bool isDirectory = Directory.Exists(path);
        string message = $"Cannot {action} '{path}': {(isDirectory ? "it is a directory." : e.Message)}";

        // The framework keeps the system's code in the exception inside, if anywhere.
        int code = e.InnerException?.HResult & 0xFFFF ?? 0;
        if (code is not (Eperm or Eacces))
        {
            code = OperatingSystem.IsWindows() ? Win32AccessDenied : isDirectory ? Eisdir : Eacces;
        }
        return new UnauthorizedAccessException(message, Inner(message, path, MapStatus.AccessDenied, code));
    }

    private static MmapIoException Inner(string message, string path, MapStatus status, int code)
    {
        OsErrorDomain domain = OperatingSystem.IsWindows() ? OsErrorDomain.Win32 : OsErrorDomain.Errno;
        string call = OperatingSystem.IsWindows() ? "CreateFile" : "open";
        return new MmapIoException(message, status, domain, code, call) { Path = path };
    }
}
