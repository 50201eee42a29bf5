//! Programs through the whole spine: what lowering, emission and the machine make of each, on one page.

use nixscope_engine::ir::dump;
use nixscope_testkit::cases::{self, Case};

use crate::machine::{evaluate, folder, read, session};

#[test]
fn each_stage_gives_what_its_case_shows() {
    cases::check(&folder("cases"), |case, stage| match stage {
        "ir" => ir(case),
        "bytecode" => bytecode(case),
        "value" => evaluate(&case.program).to_text().trim_start_matches("= ").to_owned(),
        stage => panic!("{}: no stage is called `{stage}`", case.title),
    });
}

fn ir(case: &Case) -> String {
    let mut session = session();
    match read(&mut session, &case.program) {
        Ok(body) => {
            let vm = &session.vm;
            let unit = vm.unit(vm.program.bodies[body as usize].unit);
            dump::module(&unit.module, &vm.heap.symbols, None)
        }
        Err(fault) => fault.data().message.clone(),
    }
}

fn bytecode(case: &Case) -> String {
    let mut session = session();
    match read(&mut session, &case.program) {
        Ok(body) => session.vm.bodies_beside(body).map(|body| session.vm.disassemble(body)).collect(),
        Err(fault) => fault.data().message.clone(),
    }
}
