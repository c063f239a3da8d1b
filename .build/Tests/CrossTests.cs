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
        Task<Runnable>? next = null;
        for (int i = 0; i < targets.Count; i++)
        {
            // While the tests for one RID run, of which some just wait, those for the next one are compiled.
            Task<Runnable> current = next ?? BuildAsync(targets[i], compiler);
            next = null;
            Target target = targets[i];
            await session.RunAsync($"native {target}", async () =>
            {
                Runnable built = await current;
                next = i + 1 < targets.Count ? BuildAsync(targets[i + 1], compiler) : null;
                return await RunOneAsync(target, built);
            });
        }
    }

    private static async Task<Runnable> BuildAsync(Target target, string compiler)
    {
        if (Emulator.WhyNot(target) is not null)
        {
            var plain = NativeTree.Cross(target.Rid, compiler);
            await plain.BuildAsync();
            return new Runnable(plain, null);
        }

        Emulator emulator = await Emulator.ForAsync(target);
        string command = string.Join(';', emulator.Command);
        NativeTree tree = NativeTree.Cross(target.Rid, compiler, $"CMAKE_CROSSCOMPILING_EMULATOR={command}") with
        {
            Environment = emulator.Environment,
        };
        await tree.BuildAsync();
        return new Runnable(tree, emulator);
    }

    private static async Task<TestReport> RunOneAsync(Target target, Runnable built)
    {
        if (built.Emulator is null)
        {
            var note = new TestNote("C tests", Emulator.WhyNot(target)!);
            var unrun = new TestReport($"native {target}", 0, [], [note]);
            return unrun with { Rid = target.Rid, What = "C tests", How = "built only" };
        }

        TestReport report = await CtestRunner.RunAsync(built.Tree);
        return report with { Rid = target.Rid, What = "C tests", How = built.Emulator.Name };
    }

    /// <summary>Tests that are built, and what runs them, if anything does.</summary>
    private sealed record Runnable(NativeTree Tree, Emulator? Emulator);
}
