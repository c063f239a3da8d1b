using System.Collections.Concurrent;

namespace MmapIo.Tests;

/// <summary>A user who owns nothing and may do nothing special, whom root can become.</summary>
internal static class Stranger
{
    private const string Nobody = "65534";
    private const string Setpriv = "/usr/bin/setpriv";

    private static readonly ConcurrentDictionary<string, Lazy<string>> s_copies = new();

    /// <summary>What stands before a command that he shall run. Skips the test where root cannot become him.</summary>
    public static string[] Runs()
    {
        Assert.SkipUnless(File.Exists(Setpriv), "root needs setpriv to become another user");
        return [Setpriv, $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups", "--"];
    }

    /// <summary>A folder of programs where he may read it: itself, or a copy that goes with this process.</summary>
    public static string Reach(string folder)
    {
        if (OthersMayEnter(folder))
        {
            return folder;
        }
        Assert.SkipUnless(OthersMayEnter(Path.GetTempPath()), "other users may enter neither the checkout nor the temporary folder");
        return s_copies.GetOrAdd(folder, original => new Lazy<string>(() => CopyOf(original))).Value;
    }

    private static string CopyOf(string folder)
    {
        const UnixFileMode Readable =
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
        string copy = Path.Combine(Path.GetTempPath(), $"mmapio-programs-{Guid.NewGuid():N}");
        Directory.CreateDirectory(copy);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(copy, recursive: true);
        Linux.SetMode(copy, Readable);
        foreach (string file in Directory.EnumerateFiles(folder))
        {
            string target = Path.Combine(copy, Path.GetFileName(file));
            File.Copy(file, target);
            Linux.SetMode(target, Readable);
        }
        return copy;
    }

    private static bool OthersMayEnter(string folder)
    {
        for (DirectoryInfo? each = new(folder); each is not null; each = each.Parent)
        {
            if (OperatingSystem.IsWindows() || (each.UnixFileMode & UnixFileMode.OtherExecute) == 0)
            {
                return false;
            }
        }
        return true;
    }
}
