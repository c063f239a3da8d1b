using System.CommandLine;
using MmapIo.Build.Natives;
using MmapIo.Build.Tests;

namespace MmapIo.Build.Verbs;

internal static class CiVerb
{
    public static Command Create()
    {
        var tested = new Option<bool>("--tested")
        {
            Description = "Count in `natives` and `test` if they succeeded with exactly these sources.",
        };
        var verb = new Command(
            "ci", "Everything a change must pass: format, lint, test, every RID, sanitizers, valgrind.") { tested };
        verb.SetAction(async parsed =>
        {
            using CheckoutLock held = await CheckoutLock.TakeAsync();
            Environment.SetEnvironmentVariable(TestSuite.Long, "1");
            Environment.SetEnvironmentVariable(TestSuite.Emulate, "1");
            var session = new TestSession();
            await CountOrRunAsync(session, parsed.GetValue(tested));
            await CheckFormatAsync(session);
            await Lint.RunAsync(session);
            await CrossTests.RunAsync(session, Target.All);
            await EmulatedTests.RunAsync(session, Target.All);
            await RunInstrumentedAsync(session);
            return session.Finish();
        });
        return verb;
    }

    private static async Task CountOrRunAsync(TestSession session, bool tested)
    {
        string sources = Fingerprint.OfEverything();
        if (!(tested && session.TryTakeSaved("natives", sources)) && ZigCompiler.RunsHere)
        {
            await NativeSet.BuildAsync(session, Target.All);
        }

        if (!(tested && session.TryTakeSaved(TestSuite.SavedAs, sources)))
        {
            await TestSuite.RunAsync(session);
        }
    }

    private static async Task CheckFormatAsync(TestSession session)
    {
        if (await Prerequisites.TryAsync(Prerequisite.ClangFormat))
        {
            await session.PrepareAsync("format of the C sources", () => Formatting.NativeAsync(check: true));
        }

        await session.PrepareAsync("format of the C# sources", () => Formatting.ManagedAsync(check: true));
    }

    private static async Task RunInstrumentedAsync(TestSession session)
    {
        await session.RunAsync("native asan", () => BuildAndRunAsync(NativeTree.Asan));
        if (OperatingSystem.IsLinux())
        {
            await session.RunAsync("native tsan", () => BuildAndRunAsync(NativeTree.Tsan));
            await FuzzTests.RunAsync(session, TimeSpan.FromMinutes(3));
            await session.RunAsync("native valgrind", async () =>
            {
                await Prerequisites.RequireAsync(Prerequisite.Valgrind);
                return await BuildAndRunAsync(NativeTree.Valgrind);
            });
        }
    }

    private static async Task<TestReport> BuildAndRunAsync(NativeTree tree)
    {
        await tree.BuildAsync();
        return await CtestRunner.RunAsync(tree);
    }
}
