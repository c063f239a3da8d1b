using MmapIo.Build.Tests;

namespace MmapIo.Build;

/// <summary>The `mmapio` command, built when it has to be.</summary>
internal static class ToolProgram
{
    private static string StampFile => Repository.At("artifacts", "run.stamp");

    /// <summary>
    /// The path of an up-to-date tool. An unchanged checkout costs the reading of its sources, not a start of CMake
    /// and MSBuild (some seconds): sources, version and outputs must all be as the last build left them.
    /// </summary>
    public static async Task<string> UpToDateAsync()
    {
        string program = Repository.AssemblyOf(Managed.Tool);
        string inputs = await InputsAsync();
        if (File.Exists(StampFile) && await File.ReadAllTextAsync(StampFile) == inputs + Outputs())
        {
            return program;
        }

        // The inputs as they were before the build: what is edited while it runs is for the next call to notice.
        using CheckoutLock held = await CheckoutLock.TakeAsync();
        inputs = await InputsAsync();
        await TestSuite.BuildHostNativeAsync();
        await Managed.BuildAsync(Managed.ProjectFile("managed", Managed.Tool));
        await File.WriteAllTextAsync(StampFile, inputs + Outputs());
        return program;
    }

    private static async Task<string> InputsAsync()
    {
        // The version comes from tags and commits, which no source file shows. Without git there is nothing to show.
        string version = Step.Which("git") is null ? ""
            : (await Step.CaptureAsync("git", ["describe", "--tags", "--always", "--long"])).Output;
        string sources = Fingerprint.Of(
            Fingerprint.FilesUnder("native", "managed", ".build").Concat(Fingerprint.TopFiles()));
        return $"{version.Trim()}\n{sources}\n";
    }

    private static string Outputs()
    {
        string folder = Repository.OutputOf(Managed.Tool);
        return Fingerprint.Of(
            Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories) : []);
    }
}
