using Microsoft.Win32.SafeHandles;

namespace MmapIo.Tests.Tool;

/// <summary>Files in memory of which chosen pages, and no others, have been written and so are there.</summary>
internal static class Touched
{
    public static string Pages(Scratch memory, long pages, params long[] touched)
    {
        string path = memory.Sparse(pages * MemoryMap.PageSize, "touched");
        using SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        foreach (long page in touched)
        {
            RandomAccess.Write(file, [1], page * MemoryMap.PageSize);
        }
        return path;
    }

    public static string FirstPages(Scratch memory, int pages, int touched) =>
        Pages(memory, pages, [.. Enumerable.Range(0, touched).Select(page => (long)page)]);
}
