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
            RelativeLink().Replace(
                File.ReadAllText(Repository.At("README.md")),
                link => "](" + files + (link.Groups["here"].Success ? "README.md#" : "")));
    }

    /// <summary>A link to another file, or to another part of this one, up to where it leads.</summary>
    [GeneratedRegex(@"\]\((?!https:)(?<here>#)?")]
    private static partial Regex RelativeLink();
}
