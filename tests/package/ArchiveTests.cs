using System.Formats.Tar;
using System.IO.Compression;

namespace MmapIo.PackageTests;

/// <summary>The archives of the C library, as somebody unpacks them who has no use for .NET.</summary>
public sealed class ArchiveTests
{
    private DirectoryInfo _room = null!;

    [SetUp]
    public void MakeRoom() => _room = Directory.CreateTempSubdirectory("mmapio-archive-");

    [TearDown]
    public void Clean() => _room.Delete(recursive: true);

    [TestCaseSource(typeof(Checkout), nameof(Checkout.Rids))]
    public void Holds_header_libraries_descriptions_and_licence(string rid)
    {
        string folder = Unpack(rid);
        string shared = rid.StartsWith("win-", StringComparison.Ordinal) ? "bin" : "lib";
        string other = rid.StartsWith("win-", StringComparison.Ordinal) ? "libmmapio_static.a" : "libmmapio.a";
        string[] expected =
        [
            "include/mmapio.h", $"{shared}/{Checkout.LibraryOf(rid)}", $"lib/{other}", "lib/pkgconfig/mmapio.pc",
            "lib/cmake/mmapio/mmapioConfig.cmake", "share/licenses/mmapio/LICENSE",
        ];
        Assert.That(expected.Where(file => !File.Exists(Path.Combine(folder, file))), Is.Empty);
    }

    [Test]
    public void A_program_in_C_is_built_with_pkg_config_and_runs()
    {
        string folder = Unpack(Checkout.HostRid);
        string source = Checkout.At("tests", "native", "consumer", "consumer.c");
        const string Script = "cc \"$1\" $(pkg-config --cflags --libs mmapio) -o program && ./program";
        Outcome run;
        try
        {
            run = Outcome.Of(
                _room.FullName,
                "sh",
                ["-c", Script, "sh", source],
                ("PKG_CONFIG_PATH", Path.Combine(folder, "lib", "pkgconfig")),
                ("LD_LIBRARY_PATH", Path.Combine(folder, "lib")));
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("there is no shell to build it in");
            return;
        }

        Assert.That(run.Succeeded(), Does.StartWith("mapped 100 bytes"));
    }

    private string Unpack(string rid)
    {
        string? archive = Directory.GetFiles(PackageUnderTest.Feed, $"libmmapio-*-{rid}.tar.gz").SingleOrDefault();
        if (archive is null)
        {
            Assert.Ignore($"no archive was made for {rid}: './build.sh natives' builds what goes into it");
        }

        using FileStream file = File.OpenRead(archive);
        using var plain = new GZipStream(file, CompressionMode.Decompress);
        TarFile.ExtractToDirectory(plain, _room.FullName, overwriteFiles: false);
        return _room.GetDirectories().Single().FullName;
    }
}
