using System.CommandLine;
using System.Runtime.InteropServices;

namespace MmapIo.Tool;

/// <summary>One line on standard error for whatever went wrong, and the words for what may be expected to.</summary>
internal static class Complaint
{
    public static void Write(string message)
    {
        try
        {
            Console.Error.WriteLine("mmapio: " + Printable.Escape(message));
        }
        catch (Exception e) when (IsExpected(e))
        {
            // Standard error is closed or broken. There is nobody left to tell; the exit code still says it.
        }
    }

    public static void Write(string path, string reason) => Write($"{(path.Length == 0 ? "''" : path)}: {reason}");

    /// <summary>Says what is wrong with the arguments, and where to read how they should be.</summary>
    /// <returns>The exit code for that.</returns>
    public static int WriteUsage(string message, Command command)
    {
        string name = command is RootCommand ? "" : $" {command.Name}";
        Write(message);
        Write($"see 'mmapio{name} --help'");
        return ExitCode.WrongUsage;
    }

    /// <summary>Is this a state of the file or the system, rather than a defect of the program?</summary>
    public static bool IsExpected(Exception exception) =>
        exception is IOException or UnauthorizedAccessException or PlatformNotSupportedException;

    /// <summary>Says in few words what kept a file from being dealt with.</summary>
    public static string Reason(Exception exception, string path) => exception switch
    {
        FileNotFoundException or DirectoryNotFoundException => Missing(path),
        UnauthorizedAccessException { InnerException: MmapIoException { NativeCall: "open" or "CreateFile" or "" } }
            => "permission denied",
        MmapIoException native => Reason(native),
        { InnerException: MmapIoException native } => Reason(native),
        UnauthorizedAccessException => "permission denied",
        PathTooLongException => "the path is too long",
        _ => FirstLine(exception.Message),
    };

    // Names that are not valid UTF-8 reach a .NET program with U+FFFD in the place of what cannot be read.
    private static string Missing(string path) =>
        "no such file" + (path.Contains('\uFFFD', StringComparison.Ordinal) ? ", or a name that is not UTF-8" : "");

    private static string Reason(MmapIoException native)
    {
        string what = native.Status switch
        {
            MapStatus.AccessDenied => "permission denied",
            MapStatus.OutOfMemory => "not enough address space to map it",
            MapStatus.Unsupported => native.NativeCall.Length == 0 ? "this system cannot do that" : "cannot be mapped",
            MapStatus.NoSpace => "no space left to write what was modified",
            MapStatus.Io => "input/output error",
            _ => "the system refused",
        };
        return native.OsErrorCode == 0
            ? what
            : $"{what} ({native.NativeCall}: {Marshal.GetPInvokeErrorMessage(native.OsErrorCode)})";
    }

    private static string FirstLine(string message)
    {
        int end = message.AsSpan().IndexOfAny('\r', '\n');
        return end < 0 ? message : message[..end];
    }
}
