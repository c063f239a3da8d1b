using System.Globalization;

namespace MmapIo.Build.Tests;

/// <summary>Histories of calls that libFuzzer makes, against a model of what is in the map: see tests/fuzz.</summary>
internal static class FuzzTests
{
    /// <summary>Steps of a history are eight bytes.</summary>
    private const int LongestInput = 512;

    public static Task RunAsync(TestSession session, TimeSpan duration) => session.RunAsync("fuzz", async () =>
    {
        NativeTree tree = NativeTree.Fuzz;
        await tree.BuildAsync("fuzz_map");
        string found = Path.Combine(tree.Folder, "found");
        Directory.CreateDirectory(found);
        string seed = Random.Shared.Next(1, int.MaxValue).ToString(CultureInfo.InvariantCulture);
        Step.Say($"fuzz_map: -seed={seed}");
        StepResult run = await Step.CaptureAsync(
            Path.Combine(tree.Folder, "tests", "fuzz", "fuzz_map"),
            [
                $"-seed={seed}", $"-max_len={LongestInput}", $"-max_total_time={(int)duration.TotalSeconds}",
                "-print_final_stats=1", $"-artifact_prefix={found}/",
            ],
            patience: duration + TimeSpan.FromMinutes(5));
        return new TestReport("fuzz", 0, [], []).With(
            $"fuzz_map for {duration.TotalSeconds} s, -seed={seed}", run.Succeeded, run.LastLines);
    });
}
