namespace MmapIo.Tests;

/// <summary>Gives files another length behind the back of those who have them mapped.</summary>
internal static class Cut
{
    public static void To(string path, long length)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete);
        file.SetLength(length);
    }
}
