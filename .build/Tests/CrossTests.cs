using MmapIo.Build.Natives;

namespace MmapIo.Build.Tests;

/// <summary>
/// The C tests, built for every RID by the compiler that builds what is shipped, and run wherever something on this
/// machine runs programs for it.
/// </summary>
internal static class CrossTests
{
    public static async Task RunAsync(TestSession session, IReadOnlyList<Target> targets)
    {
        if (!ZigCompiler.RunsHere)
        {
            Step.Say("the tests for other systems are built and run on linux-x64 only");
            return;
        }

        string compiler = await ZigCompiler.GetAsync();
        foreach (Target target in targets)
        {
            await session.RunAsync($"native {target}", () => RunOneAsync(target, compiler));
        }
    }

    private static async Task<TestReport> RunOneAsync(Target target, string compiler)
    {
        if (Emulator.WhyNot(target) is { } reason)
        {
            await NativeTree.Cross(target.Rid, compiler).BuildAsync();
            var built = new TestReport($"native {target}", 0, [], [new TestNote("C tests", reason)]);
            return built with { Rid = target.Rid, What = "C tests", How = "built only" };
        }

        Emulator emulator = await Emulator.ForAsync(target);
        string command = string.Join(';', emulator.Command);
        NativeTree tree = NativeTree.Cross(target.Rid, compiler, $"CMAKE_CROSSCOMPILING_EMULATOR={command}") with
        {
            Environment = emulator.Environment,
        };
        await tree.BuildAsync();
        TestReport report = await CtestRunner.RunAsync(tree);
        return report with { Rid = target.Rid, What = "C tests", How = emulator.Name };
    }
}
