namespace MmapIo.PackageTests;

/// <summary>
/// The package in the hands of a stranger: the same small program, in each way that .NET can deliver one.
/// </summary>
public sealed class ConsumerTests
{
    private const string Reader = "Reader.cs";

    private static readonly byte[] s_data = [.. Enumerable.Range(0, 100_000).Select(index => (byte)(index * 7 + 3))];

    private static readonly string[] s_expected =
    [
        $"length {s_data.Length}", $"first {s_data[0]}", $"last {s_data[^1]}",
        $"sum {s_data.Sum(value => (long)value)}",
    ];

    private static string HostProgram => OperatingSystem.IsWindows() ? "App.exe" : "App";

    /// <summary>From nothing to what the first example prints, by the README's own words.</summary>
    [Test]
    public void The_command_of_the_README_adds_the_package_and_its_first_example_runs()
    {
        using var project = ConsumerProject.WithoutPackage(Readme.FirstExample);
        project.Dotnet(Readme.CommandThat("add package")).Succeeded();
        Assert.That(project.Dotnet("run").Succeeded(), Is.EqualTo("3 lines in 14 bytes"));
    }

    [Test]
    public void A_portable_program_maps_a_file()
    {
        using var project = new ConsumerProject(Reader);
        Check(project.Dotnet("run", "--", DataOf(project)));
    }

    [Test]
    public void A_self_contained_program_maps_a_file()
    {
        using var project = new ConsumerProject(Reader);
        string folder = project.Publish(Checkout.HostRid, "--self-contained");
        Assert.That(Path.Combine(folder, Checkout.LibraryOf(Checkout.HostRid)), Does.Exist);
        Check(RunHere(project, folder));
    }

    [Test]
    public void A_single_file_program_maps_a_file()
    {
        using var project = new ConsumerProject(Reader, ("PublishSingleFile", "true"));
        Check(RunHere(project, project.Publish(Checkout.HostRid, "--self-contained")));
    }

    [Test]
    public void A_single_file_program_that_unpacks_itself_maps_a_file()
    {
        using var project = new ConsumerProject(
            Reader, ("PublishSingleFile", "true"), ("IncludeNativeLibrariesForSelfExtract", "true"));
        string folder = project.Publish(Checkout.HostRid, "--self-contained");
        Assert.That(Path.Combine(folder, Checkout.LibraryOf(Checkout.HostRid)), Does.Not.Exist);
        Check(RunHere(project, folder));
    }

    [Test]
    public void A_native_program_maps_a_file()
    {
        using var project = new ConsumerProject(Reader, ("PublishAot", "true"));
        string folder = project.Publish(Checkout.HostRid);
        Assert.That(Directory.GetFiles(folder, "MmapIo.dll"), Is.Empty);
        Check(RunHere(project, folder));
    }

    /// <summary>The programs of other systems, where an emulator runs them.</summary>
    [TestCase("win-x64", "App.exe")]
    [TestCase("linux-arm64", "App")]
    public void A_program_for_another_system_maps_a_file(string rid, string program)
    {
        PackageUnderTest.RequireLibrary(rid);
        Emulator emulator = Emulator.For(rid);
        using var project = new ConsumerProject(Reader);
        string file = DataOf(project);
        string folder = project.Publish(rid, "--self-contained");
        Check(emulator.Run(folder, Path.Combine(folder, program), file));
    }

    private static string DataOf(ConsumerProject project) => project.WriteData("some data.bin", s_data);

    private static Outcome RunHere(ConsumerProject project, string folder) =>
        Outcome.Of(folder, Path.Combine(folder, HostProgram), [DataOf(project)]);

    private static void Check(Outcome outcome) =>
        Assert.That(outcome.Succeeded().ReplaceLineEndings("\n").Split('\n'), Is.EqualTo(s_expected));
}
