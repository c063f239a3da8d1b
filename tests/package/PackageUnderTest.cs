using System.IO.Compression;

namespace MmapIo.PackageTests;

/// <summary>
/// The .nupkg that the tests are about: named by the build driver, or else the newest that was packed.
/// </summary>
internal static class PackageUnderTest
{
    private const string Id = "MmapIo";

    /// <summary>The folder that holds the package, used as a feed.</summary>
    public static string Feed { get; } =
        Environment.GetEnvironmentVariable("MMAPIO_PACKAGE_DIR")
        ?? Path.Combine(FindCheckout(), "artifacts", "packages");

    public static string Version { get; } =
        Environment.GetEnvironmentVariable("MMAPIO_PACKAGE_VERSION") ?? NewestVersion();

    public static ZipArchive Open() => ZipFile.OpenRead(Path.Combine(Feed, $"{Id}.{Version}.nupkg"));

    private static string NewestVersion()
    {
        FileInfo newest = new DirectoryInfo(Feed).EnumerateFiles($"{Id}.*.nupkg").MaxBy(file => file.LastWriteTimeUtc)
            ?? throw new InvalidOperationException($"No package in {Feed}: run './build.sh pack' first.");
        return Path.GetFileNameWithoutExtension(newest.Name)[(Id.Length + 1)..];
    }

    private static string FindCheckout()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MmapIo.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("MMAPIO_PACKAGE_DIR is not set.");
    }
}
