using System.Formats.Tar;
using System.IO.Compression;

namespace MmapIo.Build.Natives;

/// <summary>
/// The C library as archives, one for each RID: what `cmake --install` puts under a prefix. The same bytes whenever
/// and wherever they are made.
/// </summary>
internal static class Archives
{
    private const UnixFileMode Plain =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode Executable =
        Plain | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>Makes those of the libraries that `natives` has built on this machine.</summary>
    public static async Task PackAsync(string version)
    {
        foreach (Target target in Target.All.Where(NativeSet.IsFresh))
        {
            string build = NativeTree.FolderOf(NativeTree.CrossName(target.Rid));
            if (Directory.Exists(build))
            {
                await PackOneAsync(target, build, $"libmmapio-{version}-{target.Rid}");
            }
        }
    }

    private static async Task PackOneAsync(Target target, string build, string name)
    {
        string prefix = Repository.At("artifacts", "install", target.Rid);
        if (Directory.Exists(prefix))
        {
            Directory.Delete(prefix, recursive: true);
        }

        await Step.QuietAsync($"{name}: install", "cmake", "--install", build, "--prefix", prefix);
        string archive = Path.Combine(Repository.Packages, name + ".tar.gz");
        await using FileStream file = File.Create(archive);
        await using var zipped = new GZipStream(file, CompressionLevel.SmallestSize);
        await using var tar = new TarWriter(zipped, TarEntryFormat.Ustar);
        foreach (string path in Directory.EnumerateFileSystemEntries(prefix, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal))
        {
            string place = $"{name}/{Path.GetRelativePath(prefix, path).Replace('\\', '/')}";
            await AddAsync(tar, new FileInfo(path), place);
        }
    }

    private static async Task AddAsync(TarWriter tar, FileInfo file, string place)
    {
        TarEntryType type = file.LinkTarget is not null ? TarEntryType.SymbolicLink
            : Directory.Exists(file.FullName) ? TarEntryType.Directory
            : TarEntryType.RegularFile;
        bool runs = type == TarEntryType.Directory || file.Extension is ".so" or ".dylib" or ".dll"
            || file.Name.Contains(".so.", StringComparison.Ordinal);
        var entry = new UstarTarEntry(type, place)
        {
            ModificationTime = DateTimeOffset.UnixEpoch,
            Mode = runs ? Executable : Plain,
        };
        if (type == TarEntryType.SymbolicLink)
        {
            entry.LinkName = file.LinkTarget!;
        }
        else if (type == TarEntryType.RegularFile)
        {
            entry.DataStream = new MemoryStream(await File.ReadAllBytesAsync(file.FullName));
        }

        await tar.WriteEntryAsync(entry);
    }
}
