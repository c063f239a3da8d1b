using System.CommandLine;

namespace MmapIo.Build.Verbs;

internal static class CleanVerb
{
    public static Command Create()
    {
        var verb = new Command("clean", "Delete what was built.");
        verb.SetAction(async _ =>
        {
            using CheckoutLock held = await CheckoutLock.TakeAsync();
            DeleteAllButDriver(Repository.Artifacts);
        });
        return verb;
    }

    /// <summary>The running driver stays: Windows refuses to delete it, and it is up to date anyway.</summary>
    private static void DeleteAllButDriver(string folder)
    {
        string driver = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        IEnumerable<string> files = Directory.GetFiles(folder);
        foreach (string file in files.Where(file => Path.GetFileName(file) != CheckoutLock.FileName))
        {
            File.Delete(file);
        }

        foreach (string child in Directory.GetDirectories(folder).Where(child => child != driver))
        {
            if (driver.StartsWith(child + Path.DirectorySeparatorChar, StringComparison.Ordinal))
            {
                DeleteAllButDriver(child);
            }
            else
            {
                Directory.Delete(child, recursive: true);
            }
        }
    }
}
