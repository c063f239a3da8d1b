using System.Globalization;

namespace MmapIo.Tests;

/// <summary>
/// What the kernel says this process has of a file. By file and not in total, because tests run side by side.
/// </summary>
internal static class Mappings
{
    public static bool CanTell => OperatingSystem.IsLinux();

    /// <summary>How many mappings of the file there are.</summary>
    public static int Count(string path) => Lines(path).Count();

    /// <summary>How many descriptors of the file are open.</summary>
    public static int OpenFiles(string path)
    {
        int found = 0;
        foreach (string descriptor in Directory.EnumerateFiles("/proc/self/fd"))
        {
            // Others close theirs while this looks, so a link may be gone.
            string? target = new FileInfo(descriptor) is { Exists: true } link ? link.LinkTarget : null;
            found += target is not null && IsOf(target, path) ? 1 : 0;
        }
        return found;
    }

    /// <summary>What may be done with each mapping of the file, such as "rw-s", by address.</summary>
    public static string[] Permissions(string path) => [.. Lines(path).Select(line => line.Split(' ')[1])];

    /// <summary>How many bytes of the file's mappings the kernel counts as locked and present.</summary>
    public static long LockedBytes(string path) => KibibytesOf(path, "Locked:");

    /// <summary>How many bytes of the file this process has in its memory.</summary>
    public static long ResidentBytes(string path) => KibibytesOf(path, "Rss:");

    /// <summary>The same with each page divided by the number of processes that have it.</summary>
    public static long ProportionalBytes(string path) => KibibytesOf(path, "Pss:");

    /// <summary>Is any mapping of the file marked as locked, present or not?</summary>
    public static bool IsMarkedLocked(string path) =>
        Details(path, "VmFlags:").Any(flags => flags.Split(' ').Contains("lo"));

    private static long KibibytesOf(string path, string field) =>
        Details(path, field).Sum(value => long.Parse(value.Split(' ')[0], CultureInfo.InvariantCulture) * 1024);

    private static IEnumerable<string> Lines(string path) =>
        File.ReadLines("/proc/self/maps").Where(line => IsOf(line, path));

    private static List<string> Details(string path, string field)
    {
        List<string> found = [];
        bool inside = false;
        foreach (string line in File.ReadLines("/proc/self/smaps"))
        {
            bool isHead = line.Split(' ', 2)[0].Contains('-', StringComparison.Ordinal);
            inside = isHead ? IsOf(line, path) : inside;
            if (inside && line.StartsWith(field, StringComparison.Ordinal))
            {
                found.Add(line[field.Length..].Trim());
            }
        }
        return found;
    }

    private static bool IsOf(string line, string path) =>
        line.EndsWith(path, StringComparison.Ordinal) || line.EndsWith(path + " (deleted)", StringComparison.Ordinal);
}
