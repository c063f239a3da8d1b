namespace MmapIo.PackageTests;

/// <summary>
/// A program beside which something else lies than the library it came with: the first call says what was found and
/// what was expected, in the one exception that stands for it, and so does the next.
/// </summary>
public sealed class BadLibraryTests
{
    private ConsumerProject _project = null!;
    private string _folder = null!;
    private string _library = null!;

    [OneTimeSetUp]
    public void PublishOnce()
    {
        _project = new ConsumerProject("Refused.cs");
        _folder = _project.Publish(Checkout.HostRid, "--no-self-contained");
        _library = Path.Combine(_folder, Checkout.LibraryOf(Checkout.HostRid));
    }

    [OneTimeTearDown]
    public void Clean() => _project.Dispose();

    [SetUp]
    public void PutTheRightOneBack() => PackageUnderTest.ExtractLibrary(Checkout.HostRid, _library);

    [Test]
    public void The_right_library_is_not_complained_about() =>
        Assert.That(Said(), Is.All.StartsWith("mapped "));

    [Test]
    public void A_missing_library_is_reported()
    {
        File.Delete(_library);
        AssertRefused();
    }

    [Test]
    public void A_library_for_another_processor_is_reported()
    {
        bool arm = Checkout.HostRid.EndsWith("-arm64", StringComparison.Ordinal);
        string system = Checkout.HostRid[..Checkout.HostRid.LastIndexOf('-')];
        PackageUnderTest.ExtractLibrary(system + (arm ? "-x64" : "-arm64"), _library);
        AssertRefused();
    }

    [Test]
    public void A_file_of_text_is_reported()
    {
        File.WriteAllText(_library, "This is no library.\n");
        AssertRefused();
    }

    [Test]
    public void A_library_of_another_ABI_is_reported()
    {
        File.Delete(_library);
        BuildAnother(_library);
        AssertRefused("ABI 2.0");
    }

    /// <summary>Not even where the system's loader would look for it: its code would run before its version is asked for.</summary>
    [Test]
    public void A_library_from_another_place_is_not_loaded()
    {
        string elsewhere = Directory.CreateDirectory(Path.Combine(_folder, "elsewhere")).FullName;
        BuildAnother(Path.Combine(elsewhere, Path.GetFileName(_library)));
        File.Delete(_library);
        AssertRefused(elsewhere: elsewhere);
        Assert.That(Said(elsewhere), Has.None.Contains("ABI 2.0"));
    }

    private static void BuildAnother(string library)
    {
        string source = Path.Combine(AppContext.BaseDirectory, "Consumer", "other_abi.c");
        try
        {
            Outcome.Of(Path.GetDirectoryName(library)!, "cc", ["-shared", "-fPIC", "-o", library, source]).Succeeded();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("there is no cc to build such a library with");
        }
    }

    private void AssertRefused(string found = "", string? elsewhere = null)
    {
        string[] lines = Said(elsewhere);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(lines, Has.Length.EqualTo(2));
            Assert.That(lines, Is.All.StartsWith($"{typeof(PlatformNotSupportedException)}: "));
            Assert.That(lines, Is.All.Contains("libmmapio"));
            Assert.That(lines, Is.All.Contains(Checkout.HostRid));
            Assert.That(lines, Is.All.Contains("Expected"));
            Assert.That(lines, Is.All.Contains("ABI 1."));
            Assert.That(lines, Is.All.Contains(found));
        }
    }

    /// <param name="searched">Where else the system's loader looks, and the folder that the program is run in.</param>
    private string[] Said(string? searched = null)
    {
        string program = Path.Combine(_folder, OperatingSystem.IsWindows() ? "App.exe" : "App");
        string file = _project.WriteData("data.bin", [1, 2, 3]);
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { } host
            ? Path.GetDirectoryName(host)! : "";
        (string, string)[] surroundings =
        [
            ("DOTNET_ROOT", dotnet),
            .. searched is null ? [] : new[] { ("LD_LIBRARY_PATH", searched), ("DYLD_LIBRARY_PATH", searched) },
        ];
        Outcome run = Outcome.Of(searched ?? _folder, program, [file], surroundings);
        return run.Succeeded().ReplaceLineEndings("\n").Split('\n');
    }
}
