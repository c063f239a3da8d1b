using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests;

/// <summary>
/// Files as a stranger sees them who minds nobody: on Windows, those who open one at the same time must agree to it.
/// </summary>
internal static class Files
{
    private const FileShare Anything = FileShare.ReadWrite | FileShare.Delete;

    public static SafeFileHandle Open(string path, FileAccess access = FileAccess.Read) =>
        File.OpenHandle(path, FileMode.Open, access, Anything);

    /// <summary>What is in the file, read by other means than a map.</summary>
    public static byte[] Bytes(string path)
    {
        using SafeFileHandle file = Open(path);
        byte[] bytes = new byte[RandomAccess.GetLength(file)];
        Assert.Equal(bytes.Length, RandomAccess.Read(file, bytes, 0));
        return bytes;
    }

    public static void SetLength(string path, long length)
    {
        using SafeFileHandle file = Open(path, FileAccess.Write);
        RandomAccess.SetLength(file, length);
    }
}
