using System.IO.Compression;

namespace MmapIo.PackageTests;

/// <summary>
/// The packages that the tests are about: named by the build driver, or else the newest that were packed.
/// </summary>
internal static class PackageUnderTest
{
    private const string Id = "MmapIo";

    /// <summary>The folder that holds the packages, used as a feed.</summary>
    public static string Feed { get; } =
        Environment.GetEnvironmentVariable("MMAPIO_PACKAGE_DIR") ?? Checkout.At("artifacts", "packages");

    public static string Version { get; } =
        Environment.GetEnvironmentVariable("MMAPIO_PACKAGE_VERSION") ?? NewestVersion();

    /// <summary>Must every RID be there, as in a package that may be published?</summary>
    public static bool MustBeComplete { get; } =
        Environment.GetEnvironmentVariable("MMAPIO_PACKAGE_COMPLETE") == "1";

    public static ZipArchive Open(string id = Id, string ending = "nupkg") =>
        ZipFile.OpenRead(Path.Combine(Feed, $"{id}.{Version}.{ending}"));

    /// <summary>The files in a package.</summary>
    public static string[] Entries(string id = Id, string ending = "nupkg")
    {
        using ZipArchive package = Open(id, ending);
        return [.. package.Entries.Select(entry => entry.FullName)];
    }

    /// <summary>Writes the library of a RID to a file.</summary>
    public static void ExtractLibrary(string rid, string file)
    {
        RequireLibrary(rid);
        using ZipArchive package = Open();
        package.GetEntry(LibraryEntry(rid))!.ExtractToFile(file, overwrite: true);
    }

    /// <summary>Skips the test if the package was made on a machine that builds for itself only.</summary>
    public static void RequireLibrary(string rid)
    {
        if (!Entries().Contains(LibraryEntry(rid)))
        {
            Assert.Ignore($"the package was made without the library for {rid}");
        }
    }

    private static string LibraryEntry(string rid) => $"runtimes/{rid}/native/{Checkout.LibraryOf(rid)}";

    private static string NewestVersion()
    {
        FileInfo newest = new DirectoryInfo(Feed).EnumerateFiles($"{Id}.*.nupkg")
            .Where(file => char.IsAsciiDigit(file.Name[Id.Length + 1])).MaxBy(file => file.LastWriteTimeUtc)
            ?? throw new InvalidOperationException($"No package in {Feed}: run './build.sh pack' first.");
        return Path.GetFileNameWithoutExtension(newest.Name)[(Id.Length + 1)..];
    }
}
