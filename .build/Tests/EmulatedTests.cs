using System.Text.Json.Nodes;
using MmapIo.Build.Natives;

namespace MmapIo.Build.Tests;

/// <summary>
/// The .NET tests as programs for other systems that bring their own .NET, with the libraries that are shipped, under
/// emulators: all of them on Wine, and on qemu those that are about the library and not about processes or the kernel.
/// </summary>
internal static class EmulatedTests
{
    /// <summary>
    /// Several times what they take on a machine with nothing else to do. What takes longer hangs, and has failed.
    /// </summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    private static readonly Subject[] s_subjects =
    [
        new(new Target("win-x64"), []),
        new(
            new Target("linux-arm64"),
            [
                "AdviseTests", "AtomicsTests", "CapabilitiesTests", "ClosedMapTests", "ExportTests",
                "FaultStormTests", "FlushTests", "LayoutTests", "LeaseLifetimeTests", "MapLeaseTests",
                "MapWriteLeaseTests", "MappedSpanTests", "OpenTests", "ReadWriteTests", "ResidencyTests",
                "ResizeTests", "StreamTests", "TryCopyTests", "ZeroFillTests",
            ]),
    ];

    public static async Task RunAsync(TestSession session, IReadOnlyList<Target> targets)
    {
        if (!ZigCompiler.RunsHere)
        {
            Step.Say("the .NET tests are run under emulators on linux-x64 only");
            return;
        }

        foreach (Subject subject in s_subjects.Where(subject => targets.Contains(subject.Target)))
        {
            await session.RunAsync($"managed {subject.Target}", () => RunOneAsync(subject));
        }
    }

    private static async Task<TestReport> RunOneAsync(Subject subject)
    {
        Target target = subject.Target;

        // What goes on at length elsewhere would go on for very long here.
        Emulator emulator = (await Emulator.ForAsync(target)).With(TestSuite.Long, null);
        string tests = await Managed.PublishAsync(Managed.ProjectFile("tests", "managed"), target.Rid);
        string program = Path.Combine(tests, Managed.Tests);
        if (target.IsWindows)
        {
            string tool = await Managed.PublishAsync(Managed.ProjectFile("managed", Managed.Tool), target.Rid);
            PreferEmittedCalls($"{program}.runtimeconfig.json");
            program += ".exe";
            emulator = emulator.With("MMAPIO_TOOL", emulator.PathOf(Path.Combine(tool, Managed.Tool + ".exe")));
        }
        else
        {
            emulator = await emulator.WithOpensslAsync();
        }

        string[] chosen = [.. subject.Classes.SelectMany(Choose)];

        // One at a time: Wine 8 was seen not to come back from a collection's halt of all threads, now and then, while
        // one test collects and threads of another go round and round.
        TestReport report = await DotnetTestRunner.RunEmulatedAsync(
            $"managed {target}", program, ["-parallel", "none", .. chosen], emulator, s_patience);
        string what = chosen.Length == 0 ? ".NET tests" : $".NET tests of {subject.Classes.Length} classes";
        return report with { Rid = target.Rid, What = what, How = emulator.Name };
    }

    /// <summary>The runner does not mind a class that is not there any more.</summary>
    private static string[] Choose(string name)
    {
        string folder = Repository.At("tests", "managed");
        return Directory.EnumerateFiles(folder, $"{name}.cs", SearchOption.AllDirectories).Any()
            ? ["-class", $"{Managed.Tests}.{name}"]
            : throw new StepFailedException($"the tests of {name} are to be run, and there is no {name}.cs in {folder}");
    }

    /// <summary>
    /// An exception that leaves a method called by reflection passes through native frames the first time, and Wine 8
    /// forgets to drop a handler of its own for these: the next such exception ends the thread. Calls by emitted code
    /// have no native frames.
    /// </summary>
    private static void PreferEmittedCalls(string file)
    {
        JsonNode root = JsonNode.Parse(File.ReadAllText(file))!;
        root["runtimeOptions"]!["configProperties"]!["Switch.System.Reflection.ForceEmitInvoke"] = true;
        File.WriteAllText(file, root.ToJsonString());
    }

    /// <param name="Target">Whose programs.</param>
    /// <param name="Classes">Which tests, by the names of their classes; all if none is named.</param>
    private sealed record Subject(Target Target, string[] Classes);
}
