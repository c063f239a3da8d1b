using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Xml.Linq;

namespace MmapIo.PackageTests;

public sealed class PackageContentTests
{
    /// <summary>Every RID the package may carry a library for, and what the library is called there.</summary>
    private static readonly string[] s_nativeLibraries =
    [
        "runtimes/linux-x64/native/libmmapio.so",
        "runtimes/linux-arm64/native/libmmapio.so",
        "runtimes/linux-musl-x64/native/libmmapio.so",
        "runtimes/linux-musl-arm64/native/libmmapio.so",
        "runtimes/osx-x64/native/libmmapio.dylib",
        "runtimes/osx-arm64/native/libmmapio.dylib",
        "runtimes/win-x64/native/libmmapio.dll",
        "runtimes/win-arm64/native/libmmapio.dll",
    ];

    private static readonly string[] s_managedFiles =
        ["MmapIo.nuspec", "README.md", "lib/net10.0/MmapIo.dll", "lib/net10.0/MmapIo.xml"];

    private readonly string[] _entries = ReadEntries();

    [Test]
    public void Holds_the_assembly_its_documentation_and_the_readme() =>
        Assert.That(s_managedFiles, Is.SubsetOf(_entries));

    [Test]
    public void Holds_the_native_library_of_the_machine_that_packed_it()
    {
        string[] forThisSystem = [.. _entries.Where(entry => entry.EndsWith(HostExtension(), StringComparison.Ordinal)
            && entry.Contains(RuntimeInformation.ProcessArchitecture.ToString(), StringComparison.OrdinalIgnoreCase))];
        Assert.That(forThisSystem.Intersect(s_nativeLibraries), Is.Not.Empty);
    }

    [Test]
    public void Holds_nothing_else() =>
        Assert.That(
            _entries.Where(entry => !IsContainerPart(entry)), Is.SubsetOf(s_managedFiles.Concat(s_nativeLibraries)));

    [Test]
    public void Names_its_licence_and_needs_no_other_package()
    {
        XElement metadata = ReadMetadata();
        XElement? licence = metadata.Elements().SingleOrDefault(element => element.Name.LocalName == "license");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(licence?.Value, Is.EqualTo("MIT"));
            Assert.That((string?)licence?.Attribute("type"), Is.EqualTo("expression"));
            Assert.That(metadata.Descendants().Where(element => element.Name.LocalName == "dependency"), Is.Empty);
        }
    }

    private static string[] ReadEntries()
    {
        using ZipArchive package = PackageUnderTest.Open();
        return [.. package.Entries.Select(entry => entry.FullName)];
    }

    private static XElement ReadMetadata()
    {
        using ZipArchive package = PackageUnderTest.Open();
        using Stream nuspec = package.GetEntry("MmapIo.nuspec")!.Open();
        return XDocument.Load(nuspec).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
    }

    private static string HostExtension() =>
        OperatingSystem.IsWindows() ? ".dll" : OperatingSystem.IsMacOS() ? ".dylib" : ".so";

    /// <summary>The parts that make a zip file an Open Packaging container; NuGet writes them by itself.</summary>
    private static bool IsContainerPart(string entry) =>
        entry is "_rels/.rels" or "[Content_Types].xml" or ".signature.p7s"
        || entry.StartsWith("package/services/metadata/", StringComparison.Ordinal);
}
