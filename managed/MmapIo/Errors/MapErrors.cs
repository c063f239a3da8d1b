using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MmapIo;

/// <summary>The one place where a native error becomes an exception, and where messages are put together.</summary>
internal static unsafe class MapErrors
{
    /// <summary>Throws unless the status is OK.</summary>
    /// <param name="status">What the native call returned.</param>
    /// <param name="error">What it wrote down.</param>
    /// <param name="action">What was tried, to follow "Cannot".</param>
    /// <param name="path">The file, if known.</param>
    /// <param name="argument">What the caller's method calls what a bad value must have come from, if that is one.</param>
    /// <param name="refusal">Why the library cannot do it, if it was not the system that could not, and the caller knows.
    /// </param>
    public static void ThrowIfFailed(
        int status, in NativeError error, string action, string? path, string? argument = null, string? refusal = null)
    {
        if (status != 0)
        {
            throw Of(status, error, action, path, argument, refusal);
        }
    }

    /// <summary>The exception for a status that is not OK.</summary>
    public static Exception Of(
        int status, in NativeError error, string action, string? path, string? argument = null,
        string? refusal = null)
    {
        string call = Text(Interop.mmapio_call_name(error.OsCall));
        MmapIoException inner = error.OsDomain == Interop.DomainOfKinds
            ? new($"Cannot {action}{Quoted(path)}: {FileKinds.Describe((FileKind)error.OsCode)}.", (MapStatus)status,
                OsErrorDomain.None, 0, call)
            { Path = path }
            : new(Describe(status, error, action, path, refusal), (MapStatus)status, (OsErrorDomain)error.OsDomain, error.OsCode,
                call)
            { Path = path };
        return (MapStatus)status switch
        {
            MapStatus.InvalidArgument or MapStatus.Misaligned => new ArgumentException(
                inner.Message, argument, inner),
            MapStatus.OutOfRange => OutOfRange(argument, inner),
            MapStatus.AccessDenied => new UnauthorizedAccessException(inner.Message, inner),
            MapStatus.Unsupported or MapStatus.AbiMismatch => new PlatformNotSupportedException(inner.Message, inner),
            MapStatus.NotFound => new FileNotFoundException(inner.Message, path, inner),
            _ => inner,
        };
    }

    /// <summary>The framework's exception has an argument's name or an exception inside, but no constructor for
    /// both.</summary>
    private static ArgumentOutOfRangeException OutOfRange(string? argument, MmapIoException inner)
    {
        var exception = new ArgumentOutOfRangeException(inner.Message, inner);
        if (argument is not null)
        {
            ParamName(exception) = argument;
        }
        return exception;

        [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_paramName")]
        static extern ref string? ParamName(ArgumentException exception);
    }

    private static string Describe(int status, in NativeError error, string action, string? path, string? refusal)
    {
        string file = Quoted(path);
        string text = Text(Interop.mmapio_status_text(status));
        if (error.OsDomain == 0)
        {
            string words = (MapStatus)status == MapStatus.Unsupported && refusal is not null ? refusal : text;
            return $"Cannot {action}{file}: {words}.{LimitOf(status, error, "")}";
        }
        string call = Text(Interop.mmapio_call_name(error.OsCall));
        string code = (OsErrorDomain)error.OsDomain == OsErrorDomain.Win32 ? "Windows error" : "errno";
        string said = Marshal.GetPInvokeErrorMessage(error.OsCode);
        return $"Cannot {action}{file}: {text} ({call}: {code} {error.OsCode}, {said}).{LimitOf(status, error, call)}";
    }

    /// <summary>One status stands for several limits; the call that met it, and its code, tell which, and so how to
    /// raise it. An explicit huge page too few is told by ENOMEM or ENOSPC, memory that may not be locked (by mlockall)
    /// by EAGAIN.</summary>
    private static string LimitOf(int status, in NativeError error, string call)
    {
        const int Enomem = 12;
        const int Enfile = 23;
        const int Enospc = 28;
        const int NoSystemResources = 1450;
        if ((MapStatus)status != MapStatus.LimitReached)
        {
            return "";
        }
        return (call, error.OsCode) switch
        {
            ("mmap", Enomem) or ("fallocate" or "ftruncate" or "memfd_create", Enomem or Enospc) =>
                " The limit is that of huge pages: 'sysctl vm.nr_hugepages' shows and raises how many are set aside.",
            ("mlock" or "mlock2" or "mmap" or "mremap", _) =>
                " The limit is that of locked memory, RLIMIT_MEMLOCK: 'ulimit -l' shows and raises it.",
            ("fcntl" or "open" or "memfd_create" or "shm_open" or "pipe", Enfile) =>
                " The limit is that of open files of the whole system: 'sysctl fs.file-max' shows and raises it.",
            ("fcntl" or "open" or "memfd_create" or "shm_open" or "pipe", _) =>
                " The limit is that of open files, RLIMIT_NOFILE: 'ulimit -n' shows and raises it.",
            ("ftruncate" or "fallocate" or "pwrite", _) =>
                " The limit is that of a file's size, RLIMIT_FSIZE: 'ulimit -f' shows and raises it.",
            ("VirtualAlloc" or "CreateFileMapping", NoSystemResources) =>
                " The limit is that of large pages: the memory has no piece left that is large enough.",
            ("VirtualLock", _) => " The limit is the minimum size of the process's working set.",
            ("DuplicateHandle" or "CreateFileMapping", _) => " The limit is that of open handles.",
            ("", _) => " The limit is that of maps with ZeroFillOnFault, of which there are 1024 at a time.",
            _ => "",
        };
    }

    private static string Quoted(string? path) => path is null ? "" : $" '{path}'";

    private static string Text(byte* utf8) => Marshal.PtrToStringUTF8((nint)utf8) ?? "";

    /// <summary>For what was refused because of what it is.</summary>
    [DoesNotReturn]
    public static void ThrowNoFile(string action, string? path, FileKind kind)
    {
        string message = $"Cannot {action}{Quoted(path)}: {FileKinds.Describe(kind)}.";
        throw new PlatformNotSupportedException(
            message, new MmapIoException(message, MapStatus.Unsupported) { Path = path });
    }

    [DoesNotReturn]
    public static void ThrowClosed() => throw new ObjectDisposedException(nameof(MemoryMap), "The map is closed.");

    [DoesNotReturn]
    public static void ThrowLeaseEnded(string type) => throw LeaseEnded(type);

    public static ObjectDisposedException LeaseEnded(string type) => new(
        type, "The lease has been disposed, or was never taken from a map.");

    [DoesNotReturn]
    public static void ThrowTooLongForSpan(long length) => throw new InvalidOperationException(
        $"The lease covers {length} bytes, and a span holds {int.MaxValue} at most: use Slice.");

    [DoesNotReturn]
    public static void ThrowRange(string name, object value, string why) =>
        throw new ArgumentOutOfRangeException(name, value, why);

    /// <summary>For a value in <see cref="MapOptions"/>, which callers know as the argument "options".</summary>
    [DoesNotReturn]
    [SuppressMessage("Usage", "CA2208", Justification = "The name is that of the public methods' parameter.")]
    public static void ThrowOption(string property, object value, string why) =>
        throw new ArgumentOutOfRangeException("options", value, $"{nameof(MapOptions)}.{property}: {why}");
}
