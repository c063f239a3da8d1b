using System.IO.Compression;
using System.Xml.Linq;

namespace MmapIo.PackageTests;

public sealed class PackageContentTests
{
    private static readonly string[] s_expected =
    [
        "MmapIo.nuspec", "README.md", "LICENSE", "icon.png", "lib/net10.0/MmapIo.dll", "lib/net10.0/MmapIo.xml",
    ];

    private static readonly string[] s_natives =
        [.. Checkout.Rids.Select(rid => $"runtimes/{rid}/native/{Checkout.LibraryOf(rid)}")];

    private readonly string[] _entries = PackageUnderTest.Entries();

    [Test]
    public void Holds_the_assembly_its_documentation_readme_licence_and_picture() =>
        Assert.That(s_expected, Is.SubsetOf(_entries));

    [Test]
    public void Holds_the_native_library_of_the_machine_that_packed_it() => Assert.That(
        _entries, Does.Contain($"runtimes/{Checkout.HostRid}/native/{Checkout.LibraryOf(Checkout.HostRid)}"));

    [Test]
    public void Holds_the_native_library_of_every_RID()
    {
        RequireAll();
        Assert.That(s_natives, Is.SubsetOf(_entries));
    }

    [Test]
    public void Holds_nothing_else() =>
        Assert.That(
            _entries.Where(entry => !IsContainerPart(entry)), Is.SubsetOf(s_expected.Concat(s_natives)));

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

    /// <summary>Where it is shown, nothing lies beside it.</summary>
    [Test]
    public void The_links_of_its_readme_lead_somewhere()
    {
        using ZipArchive package = PackageUnderTest.Open();
        using var reader = new StreamReader(package.GetEntry("README.md")!.Open());
        string[] targets = [.. reader.ReadToEnd().Split("](").Skip(1).Select(rest => rest.Split(')')[0])];
        using (Assert.EnterMultipleScope())
        {
            Assert.That(targets, Is.Not.Empty);
            Assert.That(targets, Has.All.StartsWith("https://"));
        }
    }

    [Test]
    public void Has_a_package_of_symbols_beside_it() =>
        Assert.That(PackageUnderTest.Entries(ending: "snupkg"), Does.Contain("lib/net10.0/MmapIo.pdb"));

    /// <summary>The same sources make the same bytes, wherever they lie.</summary>
    [TestCase("MmapIo", "nupkg", "lib/net10.0/MmapIo.dll")]
    [TestCase("MmapIo", "snupkg", "lib/net10.0/MmapIo.pdb")]
    [TestCase("MmapIo.Tool", "nupkg", "tools/net10.0/any/MmapIo.Tool.dll")]
    public void No_path_of_the_machine_it_was_built_on_is_in_it(string id, string ending, string entry)
    {
        using ZipArchive package = PackageUnderTest.Open(id, ending);
        using var bytes = new MemoryStream();
        using (Stream stream = package.GetEntry(entry)!.Open())
        {
            stream.CopyTo(bytes);
        }
        string root = Checkout.At("x")[..^2];
        Assert.That(bytes.ToArray().AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(root)), Is.Negative);
    }

    [Test]
    public void The_command_carries_the_native_library_of_every_RID()
    {
        RequireAll();
        string[] carried = PackageUnderTest.Entries("MmapIo.Tool");
        Assert.That(s_natives.Select(name => "tools/net10.0/any/" + name), Is.SubsetOf(carried));
    }

    private void RequireAll()
    {
        string[] missing = [.. s_natives.Except(_entries)];
        if (missing.Length > 0 && !PackageUnderTest.MustBeComplete)
        {
            Assert.Ignore($"packed without {string.Join(", ", missing)}: './build.sh natives' builds them");
        }
    }

    private static XElement ReadMetadata()
    {
        using ZipArchive package = PackageUnderTest.Open();
        using Stream nuspec = package.GetEntry("MmapIo.nuspec")!.Open();
        return XDocument.Load(nuspec).Root!.Elements().Single(element => element.Name.LocalName == "metadata");
    }

    /// <summary>The parts that make a zip file an Open Packaging container; NuGet writes them by itself.</summary>
    private static bool IsContainerPart(string entry) =>
        entry is "_rels/.rels" or "[Content_Types].xml" or ".signature.p7s"
        || entry.StartsWith("package/services/metadata/", StringComparison.Ordinal);
}
