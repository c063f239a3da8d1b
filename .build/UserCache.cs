namespace MmapIo.Build;

/// <summary>What is fetched once for all checkouts of a user: compilers, loaders.</summary>
internal static class UserCache
{
    public static string Folder { get; } = Path.Combine(Parent(), "mmapio");

    /// <summary>A path inside the cache.</summary>
    public static string At(params ReadOnlySpan<string> parts) => Path.Combine([Folder, .. parts]);

    /// <summary>
    /// A folder of the cache that is either not there or complete: filled under another name, then renamed. Of two
    /// builds that fill it at once, the later one drops its own.
    /// </summary>
    public static async Task<string> FolderAsync(string name, Func<string, Task> fill)
    {
        string wanted = At(name);
        if (Directory.Exists(wanted))
        {
            return wanted;
        }

        string fresh = $"{wanted}.{Environment.ProcessId}";
        Directory.CreateDirectory(fresh);
        try
        {
            await fill(fresh);
            if (!Directory.Exists(wanted))
            {
                Directory.Move(fresh, wanted);
            }
        }
        finally
        {
            if (Directory.Exists(fresh))
            {
                Directory.Delete(fresh, recursive: true);
            }
        }

        return wanted;
    }

    private static string Parent() =>
        OperatingSystem.IsWindows() ? Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData)
        : Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } given ? given
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
}
