using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace MmapIo.Build;

/// <summary>Tells whether files changed by what is in them; times of change lie after a checkout or a copy.</summary>
internal static class Fingerprint
{
    /// <summary>
    /// What is in the files, and where they lie in the checkout; a file that is missing counts too. The same on every
    /// system, since a library may be built on one and packed on another.
    /// </summary>
    public static string Of(IEnumerable<string> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string file in files.OrderBy(file => file.Replace('\\', '/'), StringComparer.Ordinal))
        {
            byte[] content = File.Exists(file) ? File.ReadAllBytes(file) : [];
            string place = Path.GetRelativePath(Repository.Root, file).Replace('\\', '/');
            AppendSized(hash, Encoding.UTF8.GetBytes(place));
            AppendSized(hash, content);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Every file of the checkout that could matter to a build or a test.</summary>
    public static string OfEverything() => Of(FilesUnder("native", "managed", "tests", "docs", ".build").Concat(TopFiles()));

    /// <summary>
    /// All files under some folders of the checkout, but for what an editor's build may have left there.
    /// </summary>
    public static IEnumerable<string> FilesUnder(params string[] folders) =>
        from folder in folders
        let path = Repository.At(folder)
        where Directory.Exists(path)
        from file in Directory.EnumerateFiles(path, "*", SearchOption.AllDirectories)
        let inside = Path.GetRelativePath(path, file).Split(Path.DirectorySeparatorChar)
        where !inside.Contains("bin") && !inside.Contains("obj")
        select file;

    /// <summary>The files at the top of the checkout: solution, presets, shared properties and the like.</summary>
    public static IEnumerable<string> TopFiles() => Directory.EnumerateFiles(Repository.Root);

    private static void AppendSized(IncrementalHash hash, byte[] bytes)
    {
        Span<byte> size = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(size, bytes.LongLength);
        hash.AppendData(size);
        hash.AppendData(bytes);
    }
}
