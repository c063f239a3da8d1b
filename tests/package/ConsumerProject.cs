namespace MmapIo.PackageTests;

/// <summary>
/// A console project outside the checkout that knows MmapIo only as a package. It has a package cache of its own (a
/// version packed earlier today must not answer for the one under test) and stops the search for shared build files
/// in parent folders.
/// </summary>
internal sealed class ConsumerProject : IDisposable
{
    /// <summary>What was fetched for one project, such as runtimes of other systems, serves the others too.</summary>
    private static readonly string s_packages = PreparePackagesFolder();

    private readonly DirectoryInfo _room = Directory.CreateTempSubdirectory("mmapio-consumer-");

    /// <param name="program">The source, out of the folder Consumer.</param>
    /// <param name="properties">MSBuild properties of the project, such as PublishAot.</param>
    public ConsumerProject(string program, params (string Name, string Value)[] properties)
        : this([Path.Combine(AppContext.BaseDirectory, "Consumer", program)], properties)
    {
    }

    private ConsumerProject(
        IEnumerable<string> sources, (string Name, string Value)[] properties, bool hasPackage = true)
    {
        string reference = hasPackage
            ? $"""<PackageReference Include="MmapIo" Version="[{PackageUnderTest.Version}]" />""" : "";
        string own = string.Concat(properties.Select(each => $"    <{each.Name}>{each.Value}</{each.Name}>\n"));
        Write("App/App.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <InvariantGlobalization>true</InvariantGlobalization>
            {own}  </PropertyGroup>
              <ItemGroup>
                {reference}
              </ItemGroup>
            </Project>
            """);
        Write("nuget.config", $"""
            <configuration>
              <packageSources>
                <add key="packed" value="{PackageUnderTest.Feed}" />
              </packageSources>
              <fallbackPackageFolders>
                <clear />
              </fallbackPackageFolders>
            </configuration>
            """);
        Write("Directory.Build.props", "<Project />");
        Write("Directory.Build.targets", "<Project />");
        Write("Directory.Packages.props", "<Project />");
        foreach (string source in sources)
        {
            File.Copy(source, At("App", Path.GetFileName(source)));
        }
    }

    /// <summary>The storms, to be published as a native program.</summary>
    public static ConsumerProject OfStorms() => new(
        Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, "Storms"), "*.cs"),
        [("PublishAot", "true"), ("AllowUnsafeBlocks", "true")]);

    /// <summary>A program whose project does not know the package yet.</summary>
    public static ConsumerProject WithoutPackage(string program)
    {
        var project = new ConsumerProject([], [], hasPackage: false);
        project.Write("App/Program.cs", program);
        return project;
    }

    /// <summary>A path inside the folder that goes with the project.</summary>
    public string At(params ReadOnlySpan<string> parts) => Path.Combine([_room.FullName, .. parts]);

    /// <summary>Writes a file for the program to look at, outside its project folder.</summary>
    /// <returns>The file's full path.</returns>
    public string WriteData(string name, byte[] content)
    {
        string path = At(name);
        File.WriteAllBytes(path, content);
        return path;
    }

    /// <summary>Runs a dotnet command in the project's folder.</summary>
    public Outcome Dotnet(params string[] arguments) => Outcome.Of(
        At("App"),
        Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet",
        arguments,
        ("NUGET_PACKAGES", s_packages),
        ("DOTNET_NOLOGO", "1"),
        ("MSBUILDDISABLENODEREUSE", "1"),
        ("UseSharedCompilation", "false"));

    /// <summary>Publishes it for a RID.</summary>
    /// <returns>The folder of the program.</returns>
    public string Publish(string rid, params string[] options)
    {
        string folder = At("published");
        Dotnet(["publish", "--runtime", rid, "--output", folder, .. options]).Succeeded();
        return folder;
    }

    public void Dispose() => _room.Delete(recursive: true);

    private static string PreparePackagesFolder()
    {
        string folder = Checkout.At("artifacts", "consumer-packages");
        string earlier = Path.Combine(folder, "mmapio");
        if (Directory.Exists(earlier))
        {
            Directory.Delete(earlier, recursive: true);
        }

        return folder;
    }

    private void Write(string name, string content)
    {
        string path = At(name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
    }
}
