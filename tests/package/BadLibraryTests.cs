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
        string source = Path.Combine(AppContext.BaseDirectory, "Consumer", "other_abi.c");
        File.Delete(_library);
        try
        {
            Outcome.Of(_folder, "cc", ["-shared", "-fPIC", "-o", _library, source]).Succeeded();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            Assert.Ignore("there is no cc to build such a library with");
        }

        AssertRefused("ABI 2.0");
    }

    private void AssertRefused(string found = "")
    {
        string[] lines = Said();
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

    private string[] Said()
    {
        string program = Path.Combine(_folder, OperatingSystem.IsWindows() ? "App.exe" : "App");
        string file = _project.WriteData("data.bin", [1, 2, 3]);
        string dotnet = Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") is { } host
            ? Path.GetDirectoryName(host)! : "";
        Outcome run = Outcome.Of(_folder, program, [file], ("DOTNET_ROOT", dotnet));
        return run.Succeeded().ReplaceLineEndings("\n").Split('\n');
    }
}
