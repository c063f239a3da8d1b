using MmapIo.Build.Natives;

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
    public static async Task BuildAsync(string project)
    {
        await Prerequisites.RequireAsync(Prerequisite.Git);
        await Step.QuietAsync(
            $"{Path.GetFileName(project)}: build",
            Dotnet,
            "build",
            project,
            "--configuration",
            Repository.Configuration,
            "--nologo",
            "--verbosity",
            "quiet");
    }

    /// <summary>Publishes a project as a program that brings its own .NET, for another RID.</summary>
    /// <returns>The folder it is in.</returns>
    public static async Task<string> PublishAsync(string project, string rid)
    {
        string name = Path.GetFileNameWithoutExtension(project);
        string folder = Repository.At("artifacts", "publish", $"{name}-{rid}");
        await Step.QuietAsync(
            $"{name} for {rid}: publish",
            Dotnet,
            ["publish", project, "--runtime", rid, "--self-contained", "--configuration", Repository.Configuration,
                "--output", folder, "--nologo", "--verbosity", "quiet"]);
        return folder;
    }

    /// <summary>The one project in a folder of the checkout.</summary>
    public static string ProjectFile(params ReadOnlySpan<string> folder)
    {
        string path = Repository.At(folder);
        string[] projects = Directory.Exists(path) ? Directory.GetFiles(path, "*.csproj") : [];
        return projects is [string project] ? project
            : throw new StepFailedException($"{projects.Length} projects in {path} instead of one");
    }

    /// <summary>Must a package hold the library of every RID? One from a build machine may be published.</summary>
    public static bool MustBeComplete => Environment.GetEnvironmentVariable("CI") == "true";

    /// <summary>Packs what was built before; artifacts/packages holds this version only afterwards.</summary>
    /// <param name="complete">Whether the library of every RID has to be there.</param>
    public static async Task PackAsync(bool complete)
    {
        IReadOnlyList<Target> missing = NativeSet.DropStale();
        if (missing.Count > 0)
        {
            string rids = string.Join(", ", missing);
            if (complete)
            {
                throw new StepFailedException($"of these sources there is no library for {rids}: './build.sh natives' builds all");
            }

            Step.Say($"packing this machine's own library, and none that was checked for {rids}: './build.sh natives' builds all");
        }

        if (Directory.Exists(Repository.Packages))
        {
            Directory.Delete(Repository.Packages, recursive: true);
        }

        PackageIcon.Draw();
        PackageReadme.Write();
        foreach (string project in (string[])[Library, Tool])
        {
            await Step.QuietAsync(
                $"{project}: pack",
                Dotnet,
                "pack",
                ProjectFile("managed", project),
                "--no-build",
                "--configuration",
                Repository.Configuration,
                "--nologo",
                "--verbosity",
                "quiet");
        }

        await Archives.PackAsync(CheckedVersion(VersionIn(Repository.Packages)));
    }

    /// <summary>A release has one version: that of the tag is that of the C header.</summary>
    /// <returns>The version of the C library.</returns>
    private static string CheckedVersion(string packed)
    {
        IEnumerable<string> numbers =
            from line in File.ReadLines(Repository.At("native", "include", "mmapio.h"))
            let words = line.Split(' ')
            where words is ["#define", "MMAPIO_VERSION_MAJOR" or "MMAPIO_VERSION_MINOR" or "MMAPIO_VERSION_PATCH", _]
            select words[2];
        string header = string.Join('.', numbers);
        if (!packed.Contains('-') && packed.Split('+')[0] != header)
        {
            throw new StepFailedException($"the tag says {packed}, and native/include/mmapio.h says {header}");
        }

        return header;
    }

    /// <summary>The version of the one package in a folder.</summary>
    public static string VersionIn(string folder)
    {
        string[] packages = Directory.Exists(folder)
            ? [.. Directory.GetFiles(folder, Library + ".*.nupkg").Where(IsLibrary)] : [];
        return packages is [string package]
            ? Path.GetFileNameWithoutExtension(package)[(Library.Length + 1)..]
            : throw new StepFailedException($"{packages.Length} packages in {folder} instead of one");

        // A version follows the name, and not another part of a longer name.
        static bool IsLibrary(string file) => char.IsAsciiDigit(Path.GetFileName(file)[Library.Length + 1]);
    }
}
