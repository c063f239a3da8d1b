using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tool.Files;

/// <summary>Files opened to be looked at, whoever else has them open.</summary>
internal static class Opened
{
    /// <summary>Why a count may be unknown.</summary>
    public const string TellsOwnersOnly = "only those who own the file or may write it are told";

    public static SafeFileHandle ForReading(string path) =>
        File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}
