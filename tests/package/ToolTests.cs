namespace MmapIo.PackageTests;

/// <summary>The command, installed as a .NET tool, and compiled to a native binary.</summary>
public sealed class ToolTests
{
    private DirectoryInfo _room = null!;

    [SetUp]
    public void MakeRoom() => _room = Directory.CreateTempSubdirectory("mmapio-tool-");

    [TearDown]
    public void Clean() => _room.Delete(recursive: true);

    [Test]
    public void It_installs_as_a_dotnet_tool_and_runs()
    {
        string folder = Path.Combine(_room.FullName, "bin");
        File.WriteAllText(Path.Combine(_room.FullName, "nuget.config"), $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="packed" value="{PackageUnderTest.Feed}" />
              </packageSources>
            </configuration>
            """);
        string packages = Path.Combine(_room.FullName, "packages");
        Dotnet(
            ["tool", "install", "MmapIo.Tool", "--tool-path", folder, "--version", PackageUnderTest.Version],
            ("NUGET_PACKAGES", packages)).Succeeded();
        CheckRuns(Path.Combine(folder, OperatingSystem.IsWindows() ? "mmapio.exe" : "mmapio"));
    }

    [Test]
    public void The_command_of_the_README_installs_it()
    {
        string home = Path.Combine(_room.FullName, "home");
        Dotnet(
            Readme.CommandThat("tool install"),
            ("DOTNET_CLI_HOME", home), ("NUGET_PACKAGES", Path.Combine(_room.FullName, "packages"))).Succeeded();
        CheckRuns(Path.Combine(home, ".dotnet", "tools", OperatingSystem.IsWindows() ? "mmapio.exe" : "mmapio"));
    }

    [Test]
    public void It_compiles_to_one_native_binary_with_the_library_inside()
    {
        bool isStatic = File.Exists(Checkout.At("artifacts", "static", Checkout.HostRid, "libmmapio.a"));
        string folder = Path.Combine(_room.FullName, "native");
        string project = Checkout.At("managed", "MmapIo.Tool");
        string[] options = ["--artifacts-path", Path.Combine(_room.FullName, "artifacts"), "--output", folder];
        Dotnet(["publish", project, "--runtime", Checkout.HostRid, "-p:PublishAot=true", .. options]).Succeeded();
        if (isStatic)
        {
            Assert.That(Directory.GetFiles(folder, "libmmapio.*"), Is.Empty);
        }

        CheckRuns(Path.Combine(folder, OperatingSystem.IsWindows() ? "mmapio.exe" : "mmapio"));
    }

    private void CheckRuns(string program)
    {
        string file = Path.Combine(_room.FullName, "a file");
        File.WriteAllBytes(file, new byte[10_000]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Run(program, "--version").Succeeded(), Is.EqualTo(PackageUnderTest.Version.Split('+')[0]));
            Assert.That(Run(program, "stat", file).Succeeded(), Does.Contain("bytes=10000"));
        }
    }

    private Outcome Run(string program, params string[] arguments)
    {
        string root = Path.GetDirectoryName(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH")) ?? "";
        return Outcome.Of(_room.FullName, program, arguments, ("DOTNET_ROOT", root));
    }

    private Outcome Dotnet(string[] arguments, params (string Name, string Value)[] variables) => Outcome.Of(
        _room.FullName,
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
        arguments,
        [.. variables, ("DOTNET_NOLOGO", "1"), ("MSBUILDDISABLENODEREUSE", "1"), ("UseSharedCompilation", "false")]);
}
