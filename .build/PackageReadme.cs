using System.Reflection;
using System.Text.RegularExpressions;

namespace MmapIo.Build;

/// <summary>
/// The README as the package carries it: where packages are shown nothing lies beside it, so its links lead to the
/// repository.
/// </summary>
internal static partial class PackageReadme
{
    public static void Write()
    {
        string folder = Repository.At("artifacts", "readme");
        string files = typeof(PackageReadme).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(each => each.Key == "MmapIoRepository").Value + "/blob/main/";
        Directory.CreateDirectory(folder);
        File.WriteAllText(
            Path.Combine(folder, "README.md"),
            RelativeLink().Replace(File.ReadAllText(Repository.At("README.md")), $"]({files}"));
    }

    [GeneratedRegex(@"\]\((?!https:|#)")]
    private static partial Regex RelativeLink();
}
