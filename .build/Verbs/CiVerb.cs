using System.CommandLine;
using MmapIo.Build.Tests;

namespace MmapIo.Build.Verbs;

internal static class CiVerb
{
    public static Command Create()
    {
        var tested = new Option<bool>("--tested")
        {
            Description = "Count in a successful `test` of exactly these sources instead of running it again.",
        };
        var verb = new Command("ci", "Everything a change must pass: format, test, sanitizers, valgrind.") { tested };
        verb.SetAction(async parsed =>
        {
            using CheckoutLock held = await CheckoutLock.TakeAsync();
            var session = new TestSession();
            if (!(parsed.GetValue(tested) && session.TryTakeSaved(Fingerprint.OfEverything())))
            {
                await TestSuite.RunAsync(session);
            }

            if (await Prerequisites.TryAsync(Prerequisite.ClangFormat))
            {
                await session.PrepareAsync("format of the C sources", () => Formatting.NativeAsync(check: true));
            }

            await session.PrepareAsync("format of the C# sources", () => Formatting.ManagedAsync(check: true));
            await session.RunAsync("native asan", () => BuildAndRunAsync(NativeTree.Asan));
            if (OperatingSystem.IsLinux())
            {
                await session.RunAsync("native valgrind", async () =>
                {
                    await Prerequisites.RequireAsync(Prerequisite.Valgrind);
                    return await BuildAndRunAsync(NativeTree.Valgrind);
                });
            }

            return session.Finish();
        });
        return verb;
    }

    private static async Task<TestReport> BuildAndRunAsync(NativeTree tree)
    {
        await tree.BuildAsync();
        return await CtestRunner.RunAsync(tree);
    }
}
