namespace MmapIo.Build;

/// <summary>The .NET side of the build.</summary>
internal static class Managed
{
    public const string Tool = "MmapIo.Tool";
    public const string Tests = "MmapIo.Tests";
    public const string PackageTests = "MmapIo.PackageTests";
    public const string Benchmarks = "MmapIo.Benchmarks";

    private const string Library = "MmapIo";

    /// <summary>The dotnet that this driver runs on, so that everything is built and run by one and the same.</summary>
    public static string Dotnet { get; } =
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? Environment.ProcessPath!
        : Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet";

    /// <summary>Builds a project, or the solution, together with what it refers to.</summary>
    public static Task BuildAsync(string project) => Step.QuietAsync(
        $"{Path.GetFileName(project)}: build",
        Dotnet,
        "build",
        project,
        "--configuration",
        Repository.Configuration,
        "--nologo",
        "--verbosity",
        "quiet");

    /// <summary>The one project in a folder of the checkout.</summary>
    public static string ProjectFile(params ReadOnlySpan<string> folder)
    {
        string path = Repository.At(folder);
        string[] projects = Directory.Exists(path) ? Directory.GetFiles(path, "*.csproj") : [];
        return projects is [string project] ? project
            : throw new StepFailedException($"{projects.Length} projects in {path} instead of one");
    }

    /// <summary>Packs what was built before; artifacts/packages holds this version only afterwards.</summary>
    public static async Task PackAsync()
    {
        if (Directory.Exists(Repository.Packages))
        {
            foreach (string stale in Directory.GetFiles(Repository.Packages, "*.*nupkg"))
            {
                File.Delete(stale);
            }
        }

        await Step.QuietAsync(
            $"{Library}: pack",
            Dotnet,
            "pack",
            ProjectFile("managed", "MmapIo"),
            "--no-build",
            "--configuration",
            Repository.Configuration,
            "--nologo",
            "--verbosity",
            "quiet");
        _ = PackedVersion();
    }

    /// <summary>The version of the one package in artifacts/packages.</summary>
    public static string PackedVersion()
    {
        string[] packages = Directory.Exists(Repository.Packages)
            ? Directory.GetFiles(Repository.Packages, Library + ".*.nupkg") : [];
        return packages is [string package]
            ? Path.GetFileNameWithoutExtension(package)[(Library.Length + 1)..]
            : throw new StepFailedException($"{packages.Length} packages in {Repository.Packages} instead of one");
    }
}
